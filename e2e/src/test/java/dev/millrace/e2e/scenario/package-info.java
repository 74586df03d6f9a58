/**
 * What applications do, written against the interface common to all tested client versions.
 *
 * <p>Each public method taking an {@link dev.millrace.e2e.client.Environment} is a scenario: it uses topics and groups
 * of its own, so that scenarios of one class run at the same time. Owner: the thread that runs the scenario. Classes
 * here are defined by a {@link dev.millrace.e2e.client.ClientLoader}, once per client version.
 */
@NullMarked
package dev.millrace.e2e.scenario;

import org.jspecify.annotations.NullMarked;
