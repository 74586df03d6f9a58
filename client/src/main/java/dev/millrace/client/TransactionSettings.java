package dev.millrace.client;

import java.time.Duration;
import java.util.List;

/**
 * How a transactional producer works; made by {@link TransactionalProducer.Builder}.
 *
 * @param check answers what brokers ask
 * @param topics whose brokers may ask from the start
 * @param sendTimeout for one message over all its attempts
 */
public record TransactionSettings(
        String group, TransactionalProducer.OutcomeCheck check, List<String> topics, Duration sendTimeout) {}
