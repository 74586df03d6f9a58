package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.Member;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.net.ClientClock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share that a group gives a pull consumer: worked out on the upkeep thread, taken up by the application's thread.
 *
 * <p>Thread-safe: the share is an immutable snapshot; subscriptions are a concurrent map written by the application.
 */
final class Sharing {
    private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);

    private final Membership membership;
    private final PullConsumerSettings settings;
    private final ClientClock clock;
    private final Map<String, Filter> subscriptions = new ConcurrentHashMap<>();
    private volatile Map<TopicQueue, Filter> share = Map.of();
    private boolean isMember;

    Sharing(Membership membership, PullConsumerSettings settings, ClientClock clock) {
        this.membership = membership;
        this.settings = settings;
        this.clock = clock;
    }

    /** Queues and filters that are ours now. */
    Map<TopicQueue, Filter> share() {
        return share;
    }

    /** Adds a topic, tells the brokers and works the share out. The application's thread; waits. */
    void subscribe(String topic, Filter filter) {
        subscriptions.put(topic, filter);
        if (isMember) {
            membership.update(member());
        } else {
            membership.join(member());
            isMember = true;
        }
        rebalance();
    }

    private Member member() {
        return new Member(settings.group(), subscriptions, false, false, settings.startFrom(), clock.wallTimeMs());
    }

    /** Works the share out again; waits for brokers. */
    void rebalance() {
        Map<TopicQueue, Filter> fresh = new HashMap<>();
        Member member = member();
        subscriptions.forEach((topic, filter) -> {
            try {
                membership.share(member, topic).forEach(queue -> fresh.put(queue, filter));
            } catch (ClientException e) {
                LOG.atWarn()
                        .addKeyValue("consumerGroup", settings.group())
                        .addKeyValue("topic", topic)
                        .addKeyValue("error", e.getMessage())
                        .log("queues of the topic not shared out; trying again");
                share.forEach((queue, old) -> {
                    if (queue.topic().equals(topic)) {
                        fresh.put(queue, old);
                    }
                });
            }
        });
        share = Map.copyOf(fresh);
    }

    void leave() {
        if (isMember) {
            membership.leave(settings.group());
        }
    }
}
