/**
 * Upkeep: removes what is old or too much, refuses appends before the disk is full, makes segments ahead, forces derived
 * files and writes the checkpoint.
 *
 * <p>Owner thread: {@code upkeep}. Imports the packages of the store that hold files.
 */
@NullMarked
package dev.millrace.store.retention;

import org.jspecify.annotations.NullMarked;
