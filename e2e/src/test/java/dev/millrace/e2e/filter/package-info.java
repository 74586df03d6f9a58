/**
 * Compares our SQL92 filters with those of Apache's broker 5.5.0, whose published classes are loaded apart.
 *
 * <p>Owner: the thread that runs a test.
 */
@NullMarked
package dev.millrace.e2e.filter;

import org.jspecify.annotations.NullMarked;
