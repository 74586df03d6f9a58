package dev.millrace.broker.journal;

import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;

/**
 * Appends entries and waits until they are committed and followed.
 *
 * <p>Thread-safe.
 */
final class StateAppends {
    private static final byte[] TOPIC = TopicNames.STATE.getBytes(StandardCharsets.US_ASCII);
    private static final int HOSTS_BYTES = 2 * StoredMessageLayout.HOST_IPV6_LENGTH;

    private final MessageStore store;
    private final byte[] storeHost;
    private final int bytesMax;
    private final Duration timeout;
    private final LongFunction<CompletableFuture<Void>> whenFollowed;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * @param storeHost host field of the record layout
     * @param whenFollowed completes when the record at a position was followed
     */
    StateAppends(
            MessageStore store,
            byte[] storeHost,
            StateJournal.Settings settings,
            LongFunction<CompletableFuture<Void>> whenFollowed) {
        this.store = store;
        this.storeHost = storeHost;
        this.bytesMax = settings.bodyBytesMax();
        this.timeout = settings.writeTimeout();
        this.whenFollowed = whenFollowed;
    }

    /** Entries on their way, in order. */
    record Submitted(List<CompletableFuture<AppendOutcome>> records) {}

    /**
     * Hands entries over, in as many records as they need; waits for nothing, so the order of calls is that of the log.
     *
     * @throws StateFileException if they can't all be handed over; some may be on their way
     */
    Submitted submit(List<StateEntry> entries) {
        if (ended.isDone()) {
            throw endedFault();
        }
        List<CompletableFuture<AppendOutcome>> records = new ArrayList<>();
        try {
            for (List<StateEntry> body : StateRecords.split(entries, bytesMax)) {
                Append request = request(StateRecords.encode(body));
                if (!store.append(request)) {
                    throw new StateFileException(
                            "the state can't be written, too many requests wait for the log; try again soon", null);
                }
                records.add(request.done);
            }
        } catch (IllegalArgumentException e) {
            throw new StateFileException("the state can't be written: " + e.getMessage() + "; make it smaller", e);
        }
        return new Submitted(records);
    }

    private Append request(byte[] body) {
        ByteBuffer record =
                ByteBuffer.allocate(StoredMessageLayout.recordBytes(0, body.length, TOPIC.length, 0) + HOSTS_BYTES);
        StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(0, 0, 0, 0, storeHost, storeHost, 0, 0);
        new StoredMessageEncoder().encode(record, head, ByteBuffer.wrap(body), TOPIC, ByteBuffer.allocate(0));
        Append request = new Append();
        request.records = record.flip();
        request.count = 1;
        request.queues[0] = store.queue(TopicNames.STATE, 0);
        return request;
    }

    /**
     * Waits until all is committed and followed.
     *
     * @throws StateFileException with the reason, if it is not in time, or was refused
     */
    void await(Submitted submitted) {
        CompletableFuture<Void> all = CompletableFuture.allOf(submitted.records.toArray(CompletableFuture[]::new));
        try {
            CompletableFuture.anyOf(all, ended).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new StateFileException(
                    "the state is not committed after " + timeout.toMillis() + " ms, position "
                            + store.committedPosition() + " of " + store.maxPosition()
                            + " is; the change may come into effect later: look at the other copies of the broker group,"
                            + " then try again",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StateFileException("the broker ends while it writes its state; try again at the master", e);
        } catch (ExecutionException e) {
            throw new StateFileException("the state can't be written: " + e.getCause(), e);
        }
        if (!all.isDone()) {
            throw endedFault();
        }
        submitted.records.forEach(record -> refuseFailure(record.join()));
    }

    /** From now on nothing is taken, and nobody waits. */
    void end() {
        ended.complete(null);
    }

    private static StateFileException endedFault() {
        return new StateFileException(
                "the state can't be written, this copy is not the master of its broker group any more; try again at the"
                        + " new master",
                null);
    }

    private static void refuseFailure(AppendOutcome outcome) {
        String reason = switch (outcome) {
            case AppendOutcome.Appended appended -> null;
            case AppendOutcome.NotMaster not ->
                "this copy is not the master of its broker group any more; try again at the new master";
            case AppendOutcome.MastershipEnded end ->
                "this copy stopped being the master before the others had it, so the change may or may not come"
                        + " into effect; look at the new master";
            case AppendOutcome.NotWritable not -> not.reason();
            case AppendOutcome.TooLarge large ->
                "a record of " + large.bytes() + " bytes is larger than " + large.bytesMax()
                        + "; raise store.record-size-max";
            case AppendOutcome.Throttled throttled -> "too many requests wait for the log; try again soon";
            case AppendOutcome.QueueDeleted deleted ->
                "queue " + deleted.queueId() + " of " + deleted.topic() + " was deleted; try again";
            case AppendOutcome.Failed failed -> failed.reason();
        };
        if (reason != null) {
            throw new StateFileException("the state can't be written: " + reason, null);
        }
    }

    private final class Append extends AppendRequest {
        private final CompletableFuture<AppendOutcome> done = new CompletableFuture<>();

        Append() {
            super(1);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            if (outcome instanceof AppendOutcome.Appended) {
                whenFollowed.apply(positions[0]).thenAccept(any -> done.complete(outcome));
            } else {
                done.complete(outcome);
            }
        }
    }
}
