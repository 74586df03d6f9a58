package dev.millrace.client.internal.pull;

import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.GroupShare;
import dev.millrace.client.internal.group.Member;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Faults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The share that a group gives a pull consumer: worked out on the upkeep thread, taken up by the application's thread.
 *
 * <p>Thread-safe: subscriptions and share are immutable snapshots, each with one writing thread.
 */
final class Sharing {
    private final PullConsumerSettings settings;
    private final ClientClock clock;
    private final Upkeep upkeep;
    private final GroupShare place;
    private final Runnable changed;
    private volatile Map<String, Filter> subscriptions = Map.of();
    private volatile Map<TopicQueue, Filter> share = Map.of();

    /** @param changed runs on the upkeep thread when there is another share to take up */
    Sharing(Membership membership, Upkeep upkeep, PullConsumerSettings settings, ClientClock clock, Runnable changed) {
        this.settings = settings;
        this.clock = clock;
        this.upkeep = upkeep;
        this.place = new GroupShare(membership, upkeep, this::take);
        this.changed = changed;
    }

    /** Queues and filters that are ours now. */
    Map<TopicQueue, Filter> share() {
        return share;
    }

    boolean isSubscribed() {
        return !subscriptions.isEmpty();
    }

    /** Adds a topic, tells the brokers and works the share out. The application's thread; waits. */
    void subscribe(String topic, Filter filter) {
        Map<String, Filter> wanted = new HashMap<>(subscriptions);
        wanted.put(topic, filter);
        Member member = new Member(settings.group(), wanted, false, false, settings.startFrom(), clock.wallTimeMs());
        Map<String, Filter> before = subscriptions;
        subscriptions = Map.copyOf(wanted);
        try {
            Faults.await(upkeep.now(() -> place.want(member)));
        } catch (RuntimeException e) {
            subscriptions = before;
            throw e;
        }
    }

    private boolean take(String topic, List<TopicQueue> queues) {
        Map<TopicQueue, Filter> fresh = new HashMap<>();
        share.forEach((queue, filter) -> {
            if (!queue.topic().equals(topic)) {
                fresh.put(queue, filter);
            }
        });
        Filter filter = subscriptions.getOrDefault(topic, Filter.ALL);
        queues.forEach(queue -> fresh.put(queue, filter));
        if (!fresh.equals(share)) {
            share = Map.copyOf(fresh);
            changed.run();
        }
        return true;
    }

    /** Works the share out again; upkeep thread, waits for brokers. */
    void rebalance() {
        place.rebalance();
    }

    /** Leaves the group; waits for the brokers. */
    void leave() {
        if (isSubscribed()) {
            Faults.await(upkeep.now(place::leave));
        }
    }
}
