/**
 * The house rules as code: what may depend on what, where clocks and threads may be touched, and how large things may
 * get. One {@code HouseRulesTest} per module asks {@link dev.millrace.testkit.rules.HouseRules} for violations.
 *
 * <p>Owner: one test. Imports ArchUnit and the JDK's compiler API.
 */
@NullMarked
package dev.millrace.testkit.rules;

import org.jspecify.annotations.NullMarked;
