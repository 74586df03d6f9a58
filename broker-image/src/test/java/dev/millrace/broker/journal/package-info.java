/** Tests of the state in the log. Owner: one test each. */
@NullMarked
package dev.millrace.broker.journal;

import org.jspecify.annotations.NullMarked;
