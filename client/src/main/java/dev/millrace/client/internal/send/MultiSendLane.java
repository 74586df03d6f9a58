package dev.millrace.client.internal.send;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.message.MultiSendReplyBody;
import dev.millrace.protocol.message.OffsetMessageId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends to a broker that takes messages of many queues in one request. A batch leaves when nothing is under way, when it is
 * large, or when a request came back; so it grows with the load and waits for nobody. {@code // hot path}
 *
 * <p>Thread-safe: the batch that grows and the counters are guarded by one private lock, which is held while a message is
 * encoded, never over I/O or a callback.
 */
final class MultiSendLane implements Lane {
    /** From this share of a full batch on, a batch leaves although another is under way. */
    private static final int LARGE_SHARE = 4;

    private final SendContext context;
    private final Batching batching;
    private final String address;
    private final Outcome outcome;
    private final SendResult.OffsetIds offsetIds;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<MultiSendBatch> sealed = new ArrayDeque<>();
    private final ArrayDeque<MultiSendBatch> free = new ArrayDeque<>();
    private MultiSendBatch growing;
    private int inFlight;
    private boolean isLingering;
    private boolean isDue;

    MultiSendLane(SendContext context, Batching batching, String address, Duration timeout, Outcome outcome) {
        this.context = context;
        this.batching = batching;
        this.address = address;
        this.timeout = timeout;
        this.outcome = outcome;
        this.offsetIds = offsetIds(address);
        this.growing = new MultiSendBatch(batching.bytesMax());
    }

    private static SendResult.OffsetIds offsetIds(String address) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress host =
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        if (host.isUnresolved()) {
            return position -> address + "/" + position;
        }
        byte[] field = OffsetMessageId.hostField(host);
        return position -> OffsetMessageId.of(field, position);
    }

    @Override
    public void add(PendingSend send, byte[] topic) {
        MultiSendBatch leaving;
        boolean startsLinger;
        lock.lock();
        try {
            if (!growing.add(send, topic)) {
                seal();
                growing.add(send, topic);
            }
            leaving = next();
            startsLinger = leaving == null && !isLingering && inFlight == 0 && growing.count() > 0;
            isLingering |= startsLinger;
        } finally {
            lock.unlock();
        }
        if (leaving != null) {
            send(leaving);
        } else if (startsLinger) {
            context.later().run(this::flush, Math.max(1, batching.linger().toMillis()));
        }
    }

    private void seal() {
        sealed.add(growing);
        MultiSendBatch reused = free.poll();
        growing = reused == null ? new MultiSendBatch(batching.bytesMax()) : reused;
    }

    /** The batch that leaves now, or null; under the lock. */
    private @Nullable MultiSendBatch next() {
        if (inFlight >= batching.inFlightMax()) {
            return null;
        }
        if (sealed.isEmpty() && growing.count() > 0 && mayLeave()) {
            seal();
        }
        MultiSendBatch leaving = sealed.poll();
        if (leaving != null) {
            inFlight++;
            isDue = isDue && !sealed.isEmpty();
        }
        return leaving;
    }

    private boolean mayLeave() {
        return isDue
                || inFlight == 0 && batching.linger().isZero()
                || growing.bytes() >= batching.bytesMax() / LARGE_SHARE;
    }

    @Override
    public void flush() {
        MultiSendBatch leaving;
        lock.lock();
        try {
            isLingering = false;
            isDue = growing.count() > 0;
            leaving = next();
        } finally {
            lock.unlock();
        }
        if (leaving != null) {
            send(leaving);
        }
    }

    private void send(MultiSendBatch batch) {
        long now = context.clock().nanoTime();
        long leftNanos = batch.send(batch.count() - 1).deadlineNanos() - now;
        if (leftNanos <= 0) {
            failed(
                    batch,
                    new ClientException(
                            ErrorCode.TIMEOUT,
                            batch.count() + " messages waited for " + address + " until their time was over"));
            return;
        }
        Requests requests = context.requests();
        requests.call(
                        address,
                        new OwnRequest.MultiSend(batch.finish(now)),
                        leftNanos < timeout.toNanos() ? Duration.ofNanos(leftNanos) : timeout,
                        Requests.successful(address, (fields, body) -> {
                            stored(batch, new MultiSendReplyBody.Reader().open(body));
                            return batch;
                        }))
                .whenComplete((done, fault) -> {
                    if (fault != null) {
                        failed(batch, Faults.of(fault));
                    }
                });
    }

    private void stored(MultiSendBatch batch, MultiSendReplyBody.Reader reply) {
        WriteQueue first = batch.send(0).target();
        first.health().answered(context.clock().nanoTime() - batch.sentNanos());
        // The next batch leaves before the application hears of this one.
        MultiSendBatch leaving = returned();
        if (leaving != null) {
            send(leaving);
        }
        int index = 0;
        while (index < batch.count() && reply.nextGroup()) {
            index = reply.code() == ResponseCode.SUCCESS.number()
                    ? storedGroup(batch, reply, index)
                    : refusedGroup(batch, reply, index);
        }
        for (; index < batch.count(); index++) {
            outcome.failed(
                    batch.send(index),
                    new ClientException(ErrorCode.SERVER_ERROR, address + " left messages out of its answer"));
        }
        reuse(batch);
    }

    private int storedGroup(MultiSendBatch batch, MultiSendReplyBody.Reader reply, int from) {
        int index = from;
        while (index < batch.count() && reply.nextRecord()) {
            PendingSend send = batch.send(index++);
            outcome.stored(
                    send,
                    new SendResult(
                            queue(send.target().queue(), reply),
                            reply.queueOffset(),
                            send.out().uniqueId(),
                            SendResult.Durability.CONFIRMED,
                            offsetIds,
                            reply.position()));
        }
        return index;
    }

    /** A message that repeats an earlier one is where that one went. */
    private static TopicQueue queue(TopicQueue target, MultiSendReplyBody.Reader reply) {
        return reply.isRepeated() ? new TopicQueue(target.topic(), target.broker(), reply.repeatedQueueId()) : target;
    }

    /** A refused group has no records in the answer: its messages are those up to the next topic. */
    private int refusedGroup(MultiSendBatch batch, MultiSendReplyBody.Reader reply, int from) {
        ClientException fault = Faults.ofAnswer(address, reply.code(), reply.remark());
        String topic = batch.send(from).target().queue().topic();
        int index = from;
        while (index < batch.count()
                && batch.send(index).target().queue().topic().equals(topic)) {
            outcome.failed(batch.send(index++), fault);
        }
        return index;
    }

    private void failed(MultiSendBatch batch, ClientException fault) {
        MultiSendBatch leaving = returned();
        if (leaving != null) {
            context.later().run(() -> send(leaving), 0);
        }
        // The buffer may still wait to be written, so it is not used again.
        for (int i = 0; i < batch.count(); i++) {
            outcome.failed(batch.send(i), fault);
        }
    }

    private @Nullable MultiSendBatch returned() {
        lock.lock();
        try {
            inFlight--;
            isDue |= !isLingering && growing.count() > 0;
            return next();
        } finally {
            lock.unlock();
        }
    }

    private void reuse(MultiSendBatch batch) {
        batch.clear();
        lock.lock();
        try {
            if (free.size() <= batching.inFlightMax()) {
                free.add(batch);
            }
        } finally {
            lock.unlock();
        }
    }
}
