/** Tests of messages that are held back. */
@NullMarked
package dev.millrace.broker.delay;

import org.jspecify.annotations.NullMarked;
