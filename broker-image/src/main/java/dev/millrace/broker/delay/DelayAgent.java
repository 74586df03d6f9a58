package dev.millrace.broker.delay;

import dev.millrace.broker.files.StateTable;
import dev.millrace.broker.send.InternalSends;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.DelayLevels;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers delayed messages: follows the schedule topic's queue of each level and stores what is due in the topic it was
 * meant for. Its progress is written to {@code delayOffset.json} each 10 s, in a broker group to the log each second; after a
 * crash messages of that time may be delivered twice.
 *
 * <p>Owner: the timers thread, but {@link #save}, which is for one other thread.
 */
public final class DelayAgent {
    private static final Logger LOG = LoggerFactory.getLogger(DelayAgent.class);
    private static final int BATCH_COUNT_MAX = 64;
    private static final int BATCH_BYTES_MAX = 8 * 1024 * 1024;

    private final MessageStore store;
    private final InternalSends sends;
    private final InstantSource clock;
    private final StateTable<DelayOffsets> table;
    private final List<Level> levels = new ArrayList<>();
    /** Next offset of each level that delivered something; replaced as a whole. */
    private volatile Map<Integer, Long> progress = Map.of();

    /** Thread that saves. */
    private Map<Integer, Long> saved = Map.of();

    /** Next offset of each level, 1..18: the content of {@code delayOffset.json}. */
    public record DelayOffsets(Map<Integer, Long> offsetTable) {}

    private static final class Level {
        private final int number;
        private final QueueLog queue;
        private long nextOffset;
        private long nextAfterBatch;
        private CompletableFuture<Boolean> batch = CompletableFuture.completedFuture(true);

        Level(int number, QueueLog queue, long nextOffset) {
            this.number = number;
            this.queue = queue;
            this.nextOffset = nextOffset;
            this.nextAfterBatch = nextOffset;
        }
    }

    public DelayAgent(MessageStore store, InternalSends sends, InstantSource clock, StateTable<DelayOffsets> table) {
        this.store = store;
        this.sends = sends;
        this.clock = clock;
        this.table = table;
        Map<Integer, Long> stored = table.read().map(DelayOffsets::offsetTable).orElse(Map.of());
        for (int level = 1; level <= DelayLevels.count(); level++) {
            levels.add(new Level(
                    level,
                    store.queue(TopicNames.SCHEDULE, DelayLevels.queueId(level)),
                    stored.getOrDefault(level, 0L)));
        }
        publish();
    }

    /** Starts to deliver what is due; gives the number of messages. */
    public int deliverDue() {
        int work = 0;
        boolean isFurther = false;
        for (Level level : levels) {
            if (level.batch.isDone()) {
                if (Boolean.TRUE.equals(level.batch.join()) && level.nextOffset != level.nextAfterBatch) {
                    level.nextOffset = level.nextAfterBatch;
                    isFurther = true;
                }
                work += startBatch(level);
            }
        }
        if (isFurther) {
            publish();
        }
        return work;
    }

    private void publish() {
        Map<Integer, Long> offsets = new HashMap<>();
        levels.forEach(level -> {
            if (level.nextOffset > 0) {
                offsets.put(level.number, level.nextOffset);
            }
        });
        progress = Map.copyOf(offsets);
    }

    private int startBatch(Level level) {
        level.nextAfterBatch = level.nextOffset;
        level.batch = CompletableFuture.completedFuture(true);
        if (level.queue.maxOffset() <= level.nextOffset) {
            return 0;
        }
        ReadLimits limits = new ReadLimits(level.nextOffset, BATCH_COUNT_MAX, BATCH_BYTES_MAX, BATCH_COUNT_MAX);
        try (ReadResult found = store.read(level.queue, limits, tag -> true)) {
            switch (found.status()) {
                case FOUND -> {
                    return deliver(level, found);
                }
                case TOO_LOW, TOO_HIGH, REMOVED, NO_MATCH -> level.nextAfterBatch = found.nextOffset();
                case NO_NEW, EMPTY_QUEUE -> {}
            }
        }
        return 0;
    }

    private int deliver(Level level, ReadResult found) {
        long delayMs = DelayLevels.delayMs(level.number);
        long now = clock.millis();
        List<CompletableFuture<AppendOutcome>> appends = new ArrayList<>();
        for (ByteBuffer slice : found.slices()) {
            int at = slice.position();
            while (at < slice.limit()) {
                StoredMessage message = StoredMessage.decode(slice, at);
                if (message.stored().timeMs() + delayMs > now) {
                    return end(level, appends);
                }
                appends.add(append(message));
                level.nextAfterBatch = message.place().queueOffset() + 1;
                at += StoredMessageLayout.totalSize(slice, at);
            }
        }
        return end(level, appends);
    }

    private static int end(Level level, List<CompletableFuture<AppendOutcome>> appends) {
        level.batch = CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new))
                .thenApply(all -> appends.stream().allMatch(append -> append.join() instanceof AppendOutcome.Appended));
        return appends.size();
    }

    private CompletableFuture<AppendOutcome> append(StoredMessage message) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        String topic = properties.get(PropertyNames.REAL_TOPIC);
        String queueId = properties.get(PropertyNames.REAL_QUEUE_ID);
        properties.remove(PropertyNames.DELAY);
        if (topic == null || queueId == null) {
            LOG.atError()
                    .addKeyValue("position", message.place().position())
                    .log("a delayed message does not say where it goes; it is skipped");
            return CompletableFuture.completedFuture(AppendOutcome.Appended.INSTANCE);
        }
        return sends.append(
                message,
                new InternalSends.Target(topic, Integer.parseInt(queueId), properties, message.timesConsumed()));
    }

    /** Writes the progress if there was any; may block. */
    public void save() {
        Map<Integer, Long> offsets = progress;
        if (!offsets.equals(saved)) {
            table.write(new DelayOffsets(offsets));
            saved = offsets;
        }
    }
}
