/** Tests of groups, their members and locks without a broker. */
@NullMarked
package dev.millrace.broker.consumergroup;

import org.jspecify.annotations.NullMarked;
