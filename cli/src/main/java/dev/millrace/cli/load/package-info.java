/**
 * The shapes of load and what they measure, for any {@link dev.millrace.cli.load.LoadTarget}.
 *
 * <p>Owner: the driver's threads; each class says more. Imports: our client, HdrHistogram.
 */
@NullMarked
package dev.millrace.cli.load;

import org.jspecify.annotations.NullMarked;
