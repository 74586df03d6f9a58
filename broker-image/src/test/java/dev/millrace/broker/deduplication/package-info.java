/** Tests of windows without a broker. */
@NullMarked
package dev.millrace.broker.deduplication;

import org.jspecify.annotations.NullMarked;
