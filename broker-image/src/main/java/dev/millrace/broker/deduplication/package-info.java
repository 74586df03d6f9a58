/**
 * Drops messages that are stored already: remembers per topic which ids came within its window.
 *
 * <p>Owner thread: {@code dispatch} adds, event loops ask, under one lock per topic. Imports {@code broker.topic},
 * {@code broker.files}, {@code store} and {@code protocol}.
 */
@NullMarked
package dev.millrace.broker.deduplication;

import org.jspecify.annotations.NullMarked;
