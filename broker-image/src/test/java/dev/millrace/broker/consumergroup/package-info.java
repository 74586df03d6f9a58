/** Tests of windows without a broker. */
@NullMarked
package dev.millrace.broker.consumergroup;

import org.jspecify.annotations.NullMarked;
