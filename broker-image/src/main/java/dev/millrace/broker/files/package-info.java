/**
 * State files in JSON, written whole and kept with a backup.
 *
 * <p>Thread-safe: one writer for each file.
 */
@NullMarked
package dev.millrace.broker.files;

import org.jspecify.annotations.NullMarked;
