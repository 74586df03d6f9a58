package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.SendResult;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.message.PropertyBlock;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.TopicView;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.BrokerRequest;
import dev.millrace.protocol.command.ReplyMessage;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.transport.ReplyReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way, over all attempts. {@code // hot path}: one object of this class, one request and one future a
 * message.
 *
 * <p>Owner: whoever runs the current attempt; attempts follow one another.
 */
final class SingleSend implements BiConsumer<@Nullable SendResult, @Nullable Throwable>, ReplyReader<SendResult> {
    static final SendMessage.Template TEMPLATE = new SendMessage.Template("TBW102", 4);
    private static final ThreadLocal<PropertyBlock> PROPERTIES = ThreadLocal.withInitial(PropertyBlock::new);
    private static final long PAUSE_FIRST_MS = 20;
    private static final long PAUSE_MAX_MS = 500;
    private static final int PAUSE_DOUBLINGS_MAX = 5;

    private final SingleSender sender;
    private final Outgoing out;
    private final QueueChoice choice;
    private final long deadlineNanos;
    private final CompletableFuture<SendResult> result = new CompletableFuture<>();
    private int attempts;
    private long attemptNanos;
    private @Nullable WriteQueue target;
    private @Nullable ClientException lastFault;

    SingleSend(SingleSender sender, Outgoing out, QueueChoice choice, long startNanos, long timeoutNanos) {
        this.sender = sender;
        this.out = out;
        this.choice = choice;
        this.attemptNanos = startNanos;
        this.deadlineNanos = startNanos + timeoutNanos;
    }

    CompletableFuture<SendResult> result() {
        return result;
    }

    /** Starts the first attempt. */
    void start() {
        TopicView view = sender.context().routes().known(out.message().topic());
        if (view == null) {
            sender.context()
                    .routes()
                    .view(out.message().topic())
                    .whenComplete((fetched, fault) -> routed(fetched, fault));
        } else {
            attempt(view);
        }
    }

    private void routed(@Nullable TopicView view, @Nullable Throwable fault) {
        if (view == null) {
            failed(Faults.of(fault == null ? new AssertionError("no route, no fault") : fault));
        } else {
            attempt(view);
        }
    }

    private void attempt(TopicView view) {
        WriteQueue last = target;
        WriteQueue next;
        try {
            next = RouteCache.checkWritable(view.writable())
                    .choose(
                            choice,
                            sender.nextTurn(),
                            attemptNanos,
                            last == null ? null : last.queue().broker());
        } catch (ClientException e) {
            failed(e);
            return;
        }
        target = next;
        attempts++;
        long leftNanos = Math.min(deadlineNanos - attemptNanos, Answers.ATTEMPT_MAX.toNanos());
        sender.context()
                .requests()
                .call(next.address(), request(sender.group(), out, next), Duration.ofNanos(leftNanos), this)
                .whenComplete(this);
    }

    static BrokerRequest request(String group, Outgoing out, WriteQueue to) {
        SendMessage send = sendRequest(group, out, to);
        return out.message().isReply() ? new ReplyMessage(send) : send;
    }

    private static SendMessage sendRequest(String group, Outgoing out, WriteQueue to) {
        PropertyBlock properties = PROPERTIES.get();
        properties.write(out.message(), out.uniqueId());
        return new SendMessage(
                group,
                out.message().topic(),
                to.queue().queueId(),
                TEMPLATE,
                new SendMessage.Origin(out.systemFlag(), out.bornTimeMs(), 0, false),
                SendMessage.Retry.NONE,
                false,
                properties.copy(),
                ByteBuffer.wrap(out.body()));
    }

    @Override
    public SendResult read(HeaderFields fields, ByteBuffer body) {
        WriteQueue from = target;
        if (from == null) {
            throw new AssertionError("an answer before a request");
        }
        return Answers.one(fields, from, out);
    }

    @Override
    public void accept(@Nullable SendResult stored, @Nullable Throwable fault) {
        WriteQueue from = target;
        if (stored == null || from == null) {
            failed(Faults.of(fault == null ? new AssertionError("neither result nor fault") : fault));
            return;
        }
        from.health().answered(sender.context().clock().nanoTime() - attemptNanos);
        sender.done(out);
        sender.context().trace().sent(sender.group(), out, stored, from.address());
        TopicView view = sender.context().routes().known(out.message().topic());
        if (view != null && view.isTemplate()) {
            sender.context().routes().refresh(out.message().topic());
        }
        result.complete(stored);
    }

    private void failed(ClientException fault) {
        long now = sender.context().clock().nanoTime();
        if (target != null && Answers.isBrokersFault(fault)) {
            target.health().failed(now);
        }
        if (Answers.isRoutesFault(fault)) {
            sender.context().routes().refresh(out.message().topic());
        }
        long pauseMs = pauseMs();
        boolean isLate = now + TimeUnit.MILLISECONDS.toNanos(pauseMs) - deadlineNanos >= 0;
        if (!Answers.mayRepeat(fault) || isLate || sender.isClosed()) {
            gaveUp();
            result.completeExceptionally(afterAttempts(fault));
        } else {
            lastFault = fault;
            sender.context().later().run(this::repeat, pauseMs);
        }
    }

    private void gaveUp() {
        sender.done(out);
        WriteQueue last = target;
        sender.context().trace().sent(sender.group(), out, null, last == null ? null : last.address());
    }

    /** No pause before another broker is tried for the first time. */
    private long pauseMs() {
        TopicView view = sender.context().routes().known(out.message().topic());
        if (attempts <= 1 && choice.isAny() && view != null && !view.writable().isOneBroker()) {
            return 0;
        }
        return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS << Math.min(attempts, PAUSE_DOUBLINGS_MAX));
    }

    private ClientException afterAttempts(ClientException fault) {
        if (attempts <= 1) {
            return fault;
        }
        return new ClientException(
                fault.code(),
                "message " + out.uniqueId() + " for topic " + out.message().topic() + " was not stored in " + attempts
                        + " attempts; the last: " + fault.getMessage(),
                fault);
    }

    private void repeat() {
        attemptNanos = sender.context().clock().nanoTime();
        if (deadlineNanos - attemptNanos <= 0) {
            gaveUp();
            ClientException last = lastFault;
            result.completeExceptionally(
                    last == null ? new AssertionError("an attempt is repeated after no fault") : afterAttempts(last));
            return;
        }
        start();
    }
}
