package dev.millrace.broker.pop;

import dev.millrace.protocol.route.MessageQueue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the members of a consumer group share queues; as clients would do it themselves. Both lists are sorted.
 *
 * <p>Thread-safe: stateless.
 */
enum QueueShares {
    /** Neighbouring queues to one member; the first members get one more. */
    AVERAGE("AVG") {
        @Override
        List<MessageQueue> of(int index, List<MessageQueue> queues, int members) {
            int rest = queues.size() % members;
            int size = queues.size() / members + (index < rest ? 1 : 0);
            int from = index * (queues.size() / members) + Math.min(index, rest);
            return queues.subList(Math.min(from, queues.size()), Math.min(from + size, queues.size()));
        }
    },
    /** One to each member in turn. */
    CIRCLE("AVG_BY_CIRCLE") {
        @Override
        List<MessageQueue> of(int index, List<MessageQueue> queues, int members) {
            List<MessageQueue> share = new ArrayList<>();
            for (int i = index; i < queues.size(); i += members) {
                share.add(queues.get(i));
            }
            return share;
        }
    };

    private final String wireName;

    QueueShares(String wireName) {
        this.wireName = wireName;
    }

    static Optional<QueueShares> ofName(String name) {
        for (QueueShares each : values()) {
            if (each.wireName.equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    abstract List<MessageQueue> of(int index, List<MessageQueue> queues, int members);

    /** The queues of one member; none if it is no member. */
    List<MessageQueue> share(String clientId, List<MessageQueue> queues, List<String> clientIds) {
        int index = clientIds.indexOf(clientId);
        return index < 0 ? List.of() : of(index, queues, clientIds.size());
    }

    /**
     * The queues that a member takes messages from.
     *
     * @param neighbours members behind it whose queues it takes from too; 0 or all: any queue, one entry for each broker
     */
    List<MessageQueue> popShare(String clientId, List<MessageQueue> queues, List<String> clientIds, int neighbours) {
        Set<MessageQueue> share = new LinkedHashSet<>();
        if (neighbours <= 0 || neighbours >= clientIds.size() - 1) {
            queues.forEach(queue -> share.add(new MessageQueue(queue.brokerName(), -1, queue.topic())));
            return List.copyOf(share);
        }
        int index = clientIds.indexOf(clientId);
        if (index < 0) {
            return List.of();
        }
        if (clientIds.size() > queues.size()) {
            return queues.isEmpty() ? List.of() : List.of(queues.get(index % queues.size()));
        }
        for (int i = 0; i <= neighbours; i++) {
            share.addAll(of((index + i) % clientIds.size(), queues, clientIds.size()));
        }
        return List.copyOf(share);
    }
}
