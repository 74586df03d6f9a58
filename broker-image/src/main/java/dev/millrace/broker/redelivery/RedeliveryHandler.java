package dev.millrace.broker.redelivery;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.send.InternalSends;
import dev.millrace.broker.send.SendFailures;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.OwnRequest.Redeliver;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves dead letters of a consumer group to its retry topic, each once: a moved message names the dead letter it was made
 * of, so the log itself says which were moved, whatever was interrupted. Where redelivery stands is the offset of the group
 * {@link TopicNames#REDELIVERY_GROUP} in the dead-letter topic: everything before it was moved.
 *
 * <p>Thread-safe: one request a consumer group at a time, others are refused. Waits for the log, so it runs on the admin
 * executor.
 */
public final class RedeliveryHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RedeliveryHandler.class);
    private static final int MOVED_MAX = 500;
    private static final int LOOKED_AT_MAX = 5_000;
    private static final long BEHIND_NANOS_MAX = Duration.ofSeconds(5).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private final Parts parts;
    private final DeadLetters letters;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** @param onTopicChange tells the NameServers; may block */
    public record Parts(
            MessageStore store,
            InternalSends sends,
            TopicTable topics,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            LongSupplier nanoTime,
            Runnable onTopicChange) {}

    public RedeliveryHandler(Parts parts) {
        this.parts = parts;
        this.letters = new DeadLetters(parts.store);
    }

    /** What was done so far. */
    private static final class Progress {
        private int moved;
        private int skipped;
        private long next;
    }

    public Reply redeliver(Redeliver request, Caller caller) {
        GroupConfig group = parts.groups
                .find(request.group())
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                        "consumer group " + request.group() + " does not exist; look at its name"));
        if (!busy.add(request.group())) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_BUSY,
                    "dead letters of " + request.group() + " are being delivered again already; wait for that to end");
        }
        try {
            return redeliver(request, group);
        } finally {
            busy.remove(request.group());
        }
    }

    private Reply redeliver(Redeliver request, GroupConfig group) {
        String deadTopic = TopicNames.deadLetterTopic(request.group());
        Optional<QueueLog> queue = parts.store.existingQueue(deadTopic, request.queueId());
        if (queue.isEmpty()) {
            return Reply.success(new ReplyHeader.RedeliverReply(0, 0, 0, 0));
        }
        awaitDispatched();
        TopicConfig retries = retryTopic(group);
        Progress progress = new Progress();
        long first = queue.get().minOffset();
        long stands = Math.max(
                first,
                parts.offsets
                        .find(TopicNames.REDELIVERY_GROUP, deadTopic, request.queueId())
                        .orElse(0));
        progress.next = request.offset() < 0 ? stands : Math.max(first, request.offset());
        int movedMax = Math.clamp(request.countMax(), 0, MOVED_MAX);
        while (progress.next < queue.get().maxOffset()
                && progress.moved < movedMax
                && progress.moved + progress.skipped < LOOKED_AT_MAX) {
            boolean isDone = step(request, queue.get(), retries, progress);
            if (isDone && stands >= progress.next) {
                stands = progress.next + 1;
                parts.offsets.put(TopicNames.REDELIVERY_GROUP, deadTopic, request.queueId(), stands);
            }
            progress.next++;
        }
        if (progress.moved > 0) {
            LOG.atInfo()
                    .addKeyValue("consumerGroup", request.group())
                    .addKeyValue("offset", progress.next)
                    .log("{} dead letters delivered again", progress.moved);
        }
        return Reply.success(new ReplyHeader.RedeliverReply(
                progress.moved, progress.skipped, progress.next, queue.get().maxOffset()));
    }

    /** Moves a letter or leaves it; true if it need not be looked at again. */
    private boolean step(Redeliver request, QueueLog queue, TopicConfig retries, Progress progress) {
        Optional<DeadLetter> letter = letters.read(queue, progress.next);
        String wanted = request.topic();
        if (letter.isPresent() && wanted != null && !wanted.equals(letter.get().originTopic())) {
            progress.skipped++;
            return false;
        }
        if (letter.isEmpty() || letters.wasMoved(letter.get(), retries.topicName())) {
            progress.skipped++;
            return true;
        }
        AppendOutcome outcome = parts.sends
                .append(letter.get().message(), letter.get().again(retries))
                .join();
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw new RequestFailure(
                    SendFailures.code(outcome),
                    progress.moved + " dead letters were moved, that at offset " + progress.next + " was not: "
                            + SendFailures.remark(outcome));
        }
        progress.moved++;
        return true;
    }

    private TopicConfig retryTopic(GroupConfig group) {
        String name = TopicNames.retryTopic(group.groupName());
        TopicConfig fresh = TopicConfig.of(name, Math.max(1, group.retryQueueCount()), Permission.READ_WRITE);
        if (parts.topics.putIfAbsent(fresh)) {
            parts.onTopicChange.run();
        }
        return parts.topics.find(name).orElse(fresh);
    }

    /** Waits until the index shows what is in the log now: it says which letters were moved. */
    private void awaitDispatched() {
        long end = parts.store.maxPosition();
        long since = parts.nanoTime.getAsLong();
        while (parts.store.dispatchedPosition() < end) {
            if (parts.nanoTime.getAsLong() - since > BEHIND_NANOS_MAX) {
                throw new RequestFailure(
                        ResponseCode.SYSTEM_BUSY,
                        "queues and index are " + (end - parts.store.dispatchedPosition())
                                + " bytes behind the log; ask again later");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
