/** Tests of the commands that make and steer a broker group. */
@NullMarked
package dev.millrace.broker.grouptool;

import org.jspecify.annotations.NullMarked;
