/**
 * What ordered consumers did, noted in the order it happened, and the rules it must follow.
 *
 * <p>Owner: the suite that notes. May import the JDK only.
 */
@NullMarked
package dev.millrace.e2e.order;

import org.jspecify.annotations.NullMarked;
