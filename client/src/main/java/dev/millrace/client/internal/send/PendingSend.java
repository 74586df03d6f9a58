package dev.millrace.client.internal.send;

import dev.millrace.client.QueueChoice;
import dev.millrace.client.SendResult;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.route.WriteQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One message of a batching producer: itself the future that the application holds, so that a message costs one object.
 *
 * <p>Owner: the lane of its current attempt.
 */
final class PendingSend extends CompletableFuture<SendResult> {
    private final Outgoing out;
    private final QueueChoice choice;
    private final long deadlineNanos;
    private @Nullable WriteQueue target;
    private int attempts;

    PendingSend(Outgoing out, QueueChoice choice, long deadlineNanos) {
        this.out = out;
        this.choice = choice;
        this.deadlineNanos = deadlineNanos;
    }

    Outgoing out() {
        return out;
    }

    QueueChoice choice() {
        return choice;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    int attempts() {
        return attempts;
    }

    /** Begins an attempt. */
    void aim(WriteQueue newTarget) {
        target = newTarget;
        attempts++;
    }

    /** Name of the broker of the attempt before, or null. */
    @Nullable
    String lastBroker() {
        return target == null ? null : target.queue().broker();
    }

    WriteQueue target() {
        if (target == null) {
            throw new AssertionError("message " + out.uniqueId() + " has no queue yet");
        }
        return target;
    }
}
