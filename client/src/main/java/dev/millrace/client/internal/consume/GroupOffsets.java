package dev.millrace.client.internal.consume;

import dev.millrace.client.ClientException;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.pull.QueueOffsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offsets of a group, kept by the brokers. Owner: the upkeep thread. */
final class GroupOffsets implements OffsetStore {
    private static final Logger LOG = LoggerFactory.getLogger(GroupOffsets.class);

    private final QueueOffsets offsets;
    private final StartFrom startFrom;
    private final String group;

    GroupOffsets(QueueOffsets offsets, StartFrom startFrom, String group) {
        this.offsets = offsets;
        this.startFrom = startFrom;
        this.group = group;
    }

    @Override
    public Map<TopicQueue, Long> starts(List<TopicQueue> queues) {
        Map<TopicQueue, CompletableFuture<Long>> asked = new LinkedHashMap<>();
        queues.forEach(queue -> asked.put(queue, offsets.start(group, queue, startFrom)));
        return answers(asked);
    }

    static Map<TopicQueue, Long> answers(Map<TopicQueue, CompletableFuture<Long>> asked) {
        Map<TopicQueue, Long> starts = new LinkedHashMap<>();
        asked.forEach((queue, answer) -> {
            try {
                starts.put(queue, Faults.await(answer));
            } catch (ClientException e) {
                LOG.atWarn()
                        .addKeyValue("queue", queue)
                        .addKeyValue("error", e.getMessage())
                        .log("where to start is not known yet; trying again");
            }
        });
        return starts;
    }

    @Override
    public void store(Map<TopicQueue, Long> changed) {
        List<CompletableFuture<Boolean>> stores = new ArrayList<>();
        changed.forEach((queue, offset) -> stores.add(offsets.commit(group, queue, offset)));
        stores.forEach(Faults::await);
    }
}
