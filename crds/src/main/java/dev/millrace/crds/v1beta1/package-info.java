/**
 * The custom resources of API version {@code millrace.dev/v1beta1} as records: what a person writes, with defaults filled.
 *
 * <p>Thread-safe: immutable. Imports {@code crds.schema} and the JDK.
 */
@NullMarked
package dev.millrace.crds.v1beta1;

import org.jspecify.annotations.NullMarked;
