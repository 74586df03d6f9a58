package dev.millrace.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls a listener with the messages of its subscriptions; started by {@link Builder#start}. Thread-safe.
 *
 * <p>A message is delivered at least once to its group. Its offset is stored after the listener was done with it and all
 * before it in its queue.
 */
public interface Consumer extends AutoCloseable {
    /** The queues that this member reads now. */
    List<TopicQueue> assignment();

    /** Stops fetching; the listener is still called for what is here. */
    void pause();

    void resume();

    /** Stops, waits for calls of the listener that run, stores the offsets, and leaves the group. */
    @Override
    void close();

    /** Builds consumers. Not thread-safe. */
    final class Builder {
        private static final int THREADS = 20;
        private static final int QUEUE_COUNT_MAX = 16_384;
        private static final long BYTES_MAX = 64L * 1024 * 1024;

        private final String group;
        private final Function<ConsumerSettings, Consumer> open;
        private final Map<String, Filter> subscriptions = new LinkedHashMap<>();
        private @Nullable BatchListener listener;
        private boolean isBroadcasting;
        private boolean isOrdered;
        private ConsumerSettings.Threads threads = new ConsumerSettings.Threads(THREADS, false);
        private ConsumerSettings.Flow flow = new ConsumerSettings.Flow(1, QUEUE_COUNT_MAX, BYTES_MAX);
        private ConsumerSettings.Retry retry = new ConsumerSettings.Retry(-1, 0, Duration.ofSeconds(1));
        private StartFrom startFrom = StartFrom.LAST;
        private Path localOffsets = Path.of("millrace-offsets");

        Builder(String group, Function<ConsumerSettings, Consumer> open) {
            this.group = group;
            this.open = open;
        }

        /** Reads a topic; at least one is needed. All members of a group must have the same subscriptions. */
        public Builder subscribe(String topic, Filter filter) {
            subscriptions.put(topic, filter);
            return this;
        }

        /** Calls this for each message. */
        public Builder listener(MessageListener newListener) {
            listener = messages -> newListener.consume(messages.get(0));
            flow = new ConsumerSettings.Flow(1, flow.countMax(), flow.bytesMax());
            return this;
        }

        /** Calls this for up to {@code countMax} messages of one queue. */
        public Builder listener(int countMax, BatchListener newListener) {
            listener = newListener;
            flow = new ConsumerSettings.Flow(countMax, flow.countMax(), flow.bytesMax());
            return this;
        }

        /** Up to this many calls of the listener at one time; 20 by default. */
        public Builder threads(int count) {
            threads = new ConsumerSettings.Threads(count, false);
            return this;
        }

        /** Calls the listener on virtual threads, up to this many at one time; needs Java 21. */
        public Builder virtualThreads(int countMax) {
            threads = new ConsumerSettings.Threads(countMax, true);
            return this;
        }

        /** Handles the messages of a queue one after the other, and no other member of the group reads it meanwhile. */
        public Builder ordered() {
            isOrdered = true;
            return this;
        }

        /** Every member gets every message, without repetition after failures; offsets are kept in this folder. */
        public Builder broadcasting(Path offsetsFolder) {
            isBroadcasting = true;
            localOffsets = offsetsFolder;
            return this;
        }

        /** Limits what waits or is being handled: messages of one queue, and bytes of all queues. */
        public Builder bufferMax(int countPerQueue, long bytes) {
            flow = new ConsumerSettings.Flow(flow.batchCountMax(), countPerQueue, bytes);
            return this;
        }

        /** Deliveries of one message before it goes to the dead-letter topic; the group's definition by default. */
        public Builder attemptsMax(int attemptsMax) {
            retry = new ConsumerSettings.Retry(attemptsMax, retry.delayLevel(), retry.orderedPause());
            return this;
        }

        /** Delay level before the next delivery; by default it grows with the attempts. */
        public Builder retryDelayLevel(int delayLevel) {
            retry = new ConsumerSettings.Retry(retry.attemptsMax(), delayLevel, retry.orderedPause());
            return this;
        }

        /** Pause before an ordered queue tries the same messages again; 1 s by default. */
        public Builder orderedRetryPause(Duration pause) {
            retry = new ConsumerSettings.Retry(retry.attemptsMax(), retry.delayLevel(), pause);
            return this;
        }

        /** Where to start in queues without a stored offset; at their end by default. */
        public Builder startFrom(StartFrom newStartFrom) {
            startFrom = newStartFrom;
            return this;
        }

        /** Joins the group and starts to consume. */
        public Consumer start() {
            if (listener == null || subscriptions.isEmpty()) {
                throw new ClientException(
                        ErrorCode.INVALID_ARGUMENT,
                        "consumer of group " + group + " needs a listener and at least one subscription");
            }
            return open.apply(new ConsumerSettings(
                    group,
                    subscriptions,
                    listener,
                    new ConsumerSettings.Mode(isBroadcasting, isOrdered),
                    threads,
                    flow,
                    retry,
                    startFrom,
                    localOffsets));
        }
    }
}
