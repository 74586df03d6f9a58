/**
 * The commands that make and steer a broker group in a folder of one machine: what an operator does in Kubernetes.
 *
 * <p>Confined to the main thread. Imports {@code broker.record}, {@code broker.role}, {@code protocol.codec} and the command
 * line library.
 */
@NullMarked
package dev.millrace.broker.grouptool;

import org.jspecify.annotations.NullMarked;
