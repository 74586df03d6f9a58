/**
 * Servers as processes of their own: a NameServer and a broker of one kind, started, killed and started again.
 *
 * <p>Owner: the test that opened them. May import the JDK, JUnit's annotations and Awaitility; no client classes.
 */
@NullMarked
package dev.millrace.e2e.servers;

import org.jspecify.annotations.NullMarked;
