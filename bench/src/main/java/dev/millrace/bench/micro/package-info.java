/**
 * JMH benchmarks of single steps: codec, append, dispatch, read.
 *
 * <p>Owner: JMH's threads; each state says more. Imports: {@code protocol}, {@code store}, JMH.
 */
@NullMarked
package dev.millrace.bench.micro;

import org.jspecify.annotations.NullMarked;
