/**
 * Suites over whole processes: what a user of the product would run.
 *
 * <p>Owner: JUnit's thread. May import the packages below it and test libraries; no client class, those live in
 * {@code dev.millrace.e2e.scenario}.
 */
@NullMarked
package dev.millrace.e2e;

import org.jspecify.annotations.NullMarked;
