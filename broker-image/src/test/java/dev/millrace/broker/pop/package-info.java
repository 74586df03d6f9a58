/** Tests of consumption by receipt. */
@NullMarked
package dev.millrace.broker.pop;

import org.jspecify.annotations.NullMarked;
