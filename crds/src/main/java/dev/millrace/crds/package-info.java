/**
 * Reads custom resources from YAML files and refuses what the API server would refuse at a create.
 *
 * <p>Thread-safe: stateless. Imports {@code crds.v1beta1}, {@code crds.schema} and the YAML engine.
 */
@NullMarked
package dev.millrace.crds;

import org.jspecify.annotations.NullMarked;
