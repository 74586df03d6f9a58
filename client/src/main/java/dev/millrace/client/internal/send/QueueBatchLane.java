package dev.millrace.client.internal.send;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.message.PropertyBlock;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.protocol.command.BrokerRequest;
import dev.millrace.protocol.command.SendMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends to a broker that takes only batches of one queue, RocketMQ's own. One request a queue is under way; what comes
 * meanwhile makes the next batch. The records of a batch share one system flag, so compressed bodies and others travel apart.
 *
 * <pre>
 * per message: int size of the entry, int 0, int 0, int flag, int body length, body, short properties length, properties
 * </pre>
 *
 * <p>Thread-safe: the queues' messages are guarded by one private lock, never held over I/O or a callback.
 */
final class QueueBatchLane implements Lane {
    private static final int BATCH_BYTES_LIMIT = 1024 * 1024;
    private static final int ENTRY_FIXED_BYTES = 22;

    private final SendContext context;
    private final String group;
    private final int bytesMax;
    private final String address;
    private final Duration timeout;
    private final Outcome outcome;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TopicQueue, Waiting> queues = new HashMap<>();

    /** Messages of one queue that wait for the request under way. */
    private static final class Waiting {
        private final ArrayDeque<PendingSend> sends = new ArrayDeque<>();
        private boolean isUnderWay;
    }

    QueueBatchLane(
            SendContext context, String group, Batching batching, String address, Duration timeout, Outcome outcome) {
        this.context = context;
        this.group = group;
        this.bytesMax = Math.min(batching.bytesMax(), BATCH_BYTES_LIMIT);
        this.address = address;
        this.timeout = timeout;
        this.outcome = outcome;
    }

    @Override
    public void add(PendingSend send, byte[] topic) {
        Waiting waiting;
        lock.lock();
        try {
            waiting = queues.computeIfAbsent(send.target().queue(), queue -> new Waiting());
            if (waiting.isUnderWay) {
                waiting.sends.add(send);
                return;
            }
            waiting.isUnderWay = true;
        } finally {
            lock.unlock();
        }
        send(waiting, List.of(send));
    }

    @Override
    public void flush() {}

    /** The request may take until the time of the first of its messages is over. */
    private void send(Waiting waiting, List<PendingSend> batch) {
        long since = context.clock().nanoTime();
        long leftNanos = timeout.toNanos();
        for (PendingSend each : batch) {
            leftNanos = Math.min(leftNanos, each.deadlineNanos() - since);
        }
        WriteQueue target = batch.get(0).target();
        BrokerRequest request =
                batch.size() == 1 ? SingleSend.request(group, batch.get(0).out(), target) : batchRequest(target, batch);
        context.requests()
                .call(
                        address,
                        request,
                        Duration.ofNanos(Math.max(1, leftNanos)),
                        (fields, body) -> Answers.batch(fields, target, batch))
                .whenComplete((results, fault) -> {
                    if (fault == null) {
                        target.health().answered(context.clock().nanoTime() - since);
                    }
                    next(waiting);
                    tell(batch, results == null ? List.of() : results, fault == null ? null : Faults.of(fault));
                });
    }

    private void next(Waiting waiting) {
        List<PendingSend> batch = new ArrayList<>();
        List<PendingSend> late = new ArrayList<>();
        long now = context.clock().nanoTime();
        lock.lock();
        try {
            int bytes = 0;
            for (PendingSend each = waiting.sends.peek(); each != null; each = waiting.sends.peek()) {
                boolean isLate = each.deadlineNanos() - now <= 0;
                bytes += isLate ? 0 : each.out().bytes();
                boolean isOther = !batch.isEmpty()
                        && each.out().systemFlag() != batch.get(0).out().systemFlag();
                if (bytes > bytesMax && !batch.isEmpty() || isOther) {
                    break;
                }
                (isLate ? late : batch).add(waiting.sends.remove());
            }
            waiting.isUnderWay = !batch.isEmpty();
        } finally {
            lock.unlock();
        }
        if (!batch.isEmpty()) {
            send(waiting, batch);
        }
        late.forEach(each -> outcome.failed(each, tooLate(each)));
    }

    private ClientException tooLate(PendingSend send) {
        return new ClientException(
                ErrorCode.TIMEOUT,
                "message " + send.out().uniqueId() + " waited behind another request for queue "
                        + send.target().queue() + " at " + address + " until its time was over");
    }

    private void tell(List<PendingSend> batch, List<SendResult> results, @Nullable ClientException fault) {
        for (int i = 0; i < batch.size(); i++) {
            if (fault == null) {
                outcome.stored(batch.get(i), results.get(i));
            } else {
                outcome.failed(batch.get(i), fault);
            }
        }
    }

    private SendMessage batchRequest(WriteQueue target, List<PendingSend> batch) {
        PropertyBlock properties = new PropertyBlock();
        int capacity = 0;
        for (PendingSend each : batch) {
            capacity += each.out().bytes();
        }
        ByteBuffer body = ByteBuffer.allocate(capacity);
        for (PendingSend each : batch) {
            Outgoing out = each.out();
            properties.write(out.message(), out.uniqueId());
            int size = ENTRY_FIXED_BYTES + out.body().length + properties.length();
            if (body.remaining() < size) {
                body = ByteBuffer.allocate(body.capacity() * 2 + size).put(body.flip());
            }
            body.putInt(size).putInt(0).putInt(0).putInt(0);
            body.putInt(out.body().length).put(out.body());
            body.putShort((short) properties.length()).put(properties.view());
        }
        Outgoing first = batch.get(0).out();
        return new SendMessage(
                group,
                target.queue().topic(),
                target.queue().queueId(),
                SingleSend.TEMPLATE,
                new SendMessage.Origin(first.systemFlag(), first.bornTimeMs(), 0, false),
                SendMessage.Retry.NONE,
                true,
                ByteBuffer.allocate(0),
                body.flip());
    }
}
