/**
 * The durable message store: append, read, query; its configuration and its errors.
 *
 * <p>Owner thread: none; values, seams and the interface {@link dev.millrace.store.MessageStore}, used by the packages
 * below and knowing none of them; {@code store.engine.StoreWiring} opens a store. Imports {@code protocol.message} and the
 * JDK; never network or Kubernetes.
 */
@NullMarked
package dev.millrace.store;

import org.jspecify.annotations.NullMarked;
