package dev.millrace.broker.consumergroup;

import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.protocol.body.SubscriptionData;
import java.util.Objects;

/**
 * What a consumer group wants of a topic, and the filter made of it: compiled once, used by every pull.
 *
 * <p>Thread-safe: immutable.
 */
public record Subscription(SubscriptionData data, FilterOutcome filter) {
    static Subscription of(SubscriptionData data) {
        return new Subscription(data, FilterOutcome.of(data.expressionType(), data.subString()));
    }

    boolean wantsTheSameAs(SubscriptionData other) {
        return data.subString().equals(other.subString())
                && Objects.equals(data.expressionType(), other.expressionType());
    }
}
