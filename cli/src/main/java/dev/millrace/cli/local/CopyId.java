package dev.millrace.cli.local;

/**
 * Which copy of which broker group a process is. Thread-safe: immutable.
 *
 * @param number from 0
 */
record CopyId(String group, int number) {}
