/**
 * Tables of state, in JSON files that are written whole and kept with a backup or elsewhere; and binary files with a
 * checksum where the log has it all too.
 *
 * <p>Thread-safe: one writer for each table.
 */
@NullMarked
package dev.millrace.broker.files;

import org.jspecify.annotations.NullMarked;
