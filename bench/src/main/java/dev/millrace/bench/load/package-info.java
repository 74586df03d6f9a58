/**
 * The shapes of load and what they measure, for any {@link dev.millrace.bench.load.LoadTarget}.
 *
 * <p>Owner: the driver's threads; each class says more. Imports: HdrHistogram.
 */
@NullMarked
package dev.millrace.bench.load;

import org.jspecify.annotations.NullMarked;
