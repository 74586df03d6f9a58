/**
 * The marks that make a record a schema (bounds, defaults, descriptions), and the reader that holds YAML against them.
 *
 * <p>Confined to the calling thread. Imports the JDK and the YAML engine.
 */
@NullMarked
package dev.millrace.crds.schema;

import org.jspecify.annotations.NullMarked;
