package dev.millrace.client.internal.group;

import dev.millrace.client.Filter;
import dev.millrace.client.StartFrom;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.SubscriptionData;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A consumer as its group sees it. Immutable.
 *
 * @param subscriptions topic to filter, with the retry topic
 * @param version grows with each change of the subscriptions
 */
public record Member(
        String group,
        Map<String, Filter> subscriptions,
        boolean isBroadcasting,
        boolean isPush,
        StartFrom startFrom,
        long version) {
    public Member {
        subscriptions = Map.copyOf(subscriptions);
    }

    /** What a heartbeat says of it. */
    ConsumerData data() {
        Set<SubscriptionData> data = new LinkedHashSet<>();
        subscriptions.forEach((topic, filter) -> data.add(subscription(topic, filter)));
        return new ConsumerData(
                startFrom.kind() == StartFrom.Kind.FIRST
                        ? "CONSUME_FROM_FIRST_OFFSET"
                        : startFrom.kind() == StartFrom.Kind.LAST
                                ? "CONSUME_FROM_LAST_OFFSET"
                                : "CONSUME_FROM_TIMESTAMP",
                isPush ? "CONSUME_PASSIVELY" : "CONSUME_ACTIVELY",
                group,
                isBroadcasting ? "BROADCASTING" : "CLUSTERING",
                data,
                false);
    }

    SubscriptionData subscription(String topic, Filter filter) {
        Set<String> tags = Tags.of(filter);
        Set<Integer> codes = new HashSet<>();
        tags.forEach(tag -> codes.add(tag.hashCode()));
        return new SubscriptionData(false, codes, filter.type().name(), filter.expression(), version, tags, topic);
    }
}
