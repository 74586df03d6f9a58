/**
 * The durable message store: append, read, query; its configuration and its errors.
 *
 * <p>Imports {@code protocol.message} and the JDK; never network or Kubernetes.
 */
@NullMarked
package dev.millrace.store;

import org.jspecify.annotations.NullMarked;
