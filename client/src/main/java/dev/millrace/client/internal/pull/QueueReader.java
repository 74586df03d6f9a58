package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one queue for as long as its sink takes more: one pull under way at a time, the next as soon as an answer is here.
 *
 * <pre>
 *          start/resume              answer, sink full
 * STOPPED ------------> PULLING <---------------------> PAUSED
 *    ^                  |     ^       resume
 *    +---- stop --------+     +---- fault: again after a pause
 * </pre>
 *
 * <p>Thread-safe: the state is guarded by the reader itself; pulls and the sink are called without the lock. An answer of
 * an earlier generation (before a seek or stop) is dropped.
 */
public final class QueueReader {
    private static final Logger LOG = LoggerFactory.getLogger(QueueReader.class);
    private static final long PAUSE_FIRST_MS = 50;
    private static final long PAUSE_MAX_MS = 2000;
    private static final long FLOW_PAUSE_MS = 20;
    /** After a refusal that only a change of the subscription, the group or the topic can end. */
    private static final long REFUSED_PAUSE_FIRST_MS = 500;

    private static final long REFUSED_PAUSE_MAX_MS = 30_000;
    private static final int PAUSE_DOUBLINGS_MAX = 6;
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int QUICK_ANSWERS_MAX = 3;

    /** Where a reader's messages go. */
    public interface Sink {
        /**
         * Takes messages, maybe none, and says whether the reader goes on at once. Called on an event loop; must not
         * block.
         *
         * @param nextOffset offset behind the messages and behind what the filter left out
         */
        boolean arrived(
                QueueReader reader, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset);

        /** The offset to store with the next pull, or 0 for none. */
        long commitOffset(TopicQueue queue);
    }

    /**
     * What readers share.
     *
     * @param later runs something on the timer thread after so many ms
     */
    public record Context(PullCalls calls, RouteCache routes, ClientClock clock, Later later) {}

    /** Runs something after a time, on the client's timer thread. */
    @FunctionalInterface
    public interface Later {
        void run(Runnable task, long afterMs);
    }

    private enum State {
        STOPPED,
        PULLING,
        PAUSED
    }

    private final Context context;
    private final PullCalls.Wanted wanted;
    private final Sink sink;
    private State state = State.STOPPED;
    private long generation;
    private long nextOffset;
    private long brokerId;
    private int faults;
    private int quickAnswers;

    QueueReader(Context context, PullCalls.Wanted wanted, Sink sink) {
        this.context = context;
        this.wanted = wanted;
        this.sink = sink;
    }

    public TopicQueue queue() {
        return wanted.queue();
    }

    /** Reads from this offset on; what is under way is dropped. */
    public void start(long offset) {
        long started;
        synchronized (this) {
            state = State.PULLING;
            nextOffset = offset;
            started = ++generation;
        }
        pull(started);
    }

    /** Goes on if the sink had been full. */
    public void resume() {
        long current;
        synchronized (this) {
            if (state != State.PAUSED) {
                return;
            }
            state = State.PULLING;
            current = generation;
        }
        pull(current);
    }

    public synchronized void stop() {
        state = State.STOPPED;
        generation++;
    }

    /** Whether messages of this generation are still wanted. */
    public synchronized boolean isCurrent(long ofGeneration) {
        return state != State.STOPPED && generation == ofGeneration;
    }

    private void pull(long ofGeneration) {
        long offset;
        long copy;
        synchronized (this) {
            if (!isCurrent(ofGeneration)) {
                return;
            }
            offset = nextOffset;
            copy = brokerId;
        }
        Optional<String> address = context.routes().addressOf(queue().broker(), copy);
        if (address.isEmpty()) {
            answered(
                    ofGeneration,
                    0,
                    null,
                    new ClientException(ErrorCode.NO_ROUTE, "broker " + queue().broker() + " is not known"));
            return;
        }
        long since = context.clock().nanoTime();
        context.calls()
                .pull(address.get(), wanted, offset, copy == 0 ? sink.commitOffset(queue()) : 0)
                .whenComplete((answer, fault) -> answered(
                        ofGeneration,
                        context.clock().nanoTime() - since,
                        answer,
                        fault == null ? null : Faults.of(fault)));
    }

    private void answered(
            long ofGeneration, long tookNanos, @Nullable PullAnswer answer, @Nullable ClientException fault) {
        if (!isCurrent(ofGeneration)) {
            return;
        }
        if (answer == null) {
            failed(ofGeneration, fault);
            return;
        }
        long pauseMs;
        synchronized (this) {
            if (!isCurrent(ofGeneration)) {
                return; // started elsewhere, or stopped, while the answer was taken apart
            }
            faults = 0;
            nextOffset = answer.nextOffset();
            brokerId = answer.suggestedBrokerId();
            boolean isQuick = answer.status() == PullAnswer.Status.NOTHING_NEW && tookNanos < QUICK_NANOS;
            quickAnswers = isQuick ? quickAnswers + 1 : 0;
            pauseMs = quickAnswers > QUICK_ANSWERS_MAX ? PAUSE_FIRST_MS : 0;
            state = State.PAUSED; // before the sink can call resume
        }
        if (answer.status() == PullAnswer.Status.OFFSET_MOVED) {
            LOG.atInfo()
                    .addKeyValue("topic", queue().topic())
                    .addKeyValue("queue", queue().queueId())
                    .addKeyValue("offset", answer.nextOffset())
                    .log("the offset asked for is not stored; reading goes on at another");
        }
        boolean goesOn = sink.arrived(this, ofGeneration, answer.messages(), answer.bytes(), answer.nextOffset());
        if (!goesOn) {
            return;
        }
        if (pauseMs > 0) {
            context.later().run(this::resume, pauseMs);
        } else {
            resume();
        }
    }

    private void failed(long ofGeneration, @Nullable ClientException fault) {
        boolean isBusy = fault != null && fault.code() == ErrorCode.BUSY;
        boolean isRefused = fault != null && !fault.isRetriable();
        long pauseMs;
        synchronized (this) {
            faults++;
            brokerId = 0;
            pauseMs = isBusy ? FLOW_PAUSE_MS : pauseMs(isRefused);
        }
        if (!isBusy) {
            context.routes().refresh(queue().topic());
            (isRefused ? LOG.atError() : LOG.atWarn())
                    .addKeyValue("topic", queue().topic())
                    .addKeyValue("queue", queue().queueId())
                    .addKeyValue("error", fault == null ? "none" : fault.getMessage())
                    .log(
                            isRefused
                                    ? "pull refused; nothing is read here until that is corrected"
                                    : "pull failed; trying again");
        }
        context.later().run(() -> pull(ofGeneration), pauseMs);
    }

    private long pauseMs(boolean isRefused) {
        int doublings = Math.min(faults, PAUSE_DOUBLINGS_MAX);
        return isRefused
                ? Math.min(REFUSED_PAUSE_MAX_MS, REFUSED_PAUSE_FIRST_MS << doublings - 1)
                : Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS << doublings);
    }
}
