/**
 * State files: in JSON, written whole and kept with a backup, or binary with a checksum where the log has it all too.
 *
 * <p>Thread-safe: one writer for each file.
 */
@NullMarked
package dev.millrace.broker.files;

import org.jspecify.annotations.NullMarked;
