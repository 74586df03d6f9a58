package dev.millrace.client.internal.send;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.ProducerSettings;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.TopicView;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.client.internal.route.WriteRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Sends the messages for one broker together, whatever their queues and topics. Delayed messages, those for retry topics
 * and those that may create their topic go in requests of their own: brokers treat them one by one. {@code // hot path}
 *
 * <p>Thread-safe.
 */
public final class BatchSender implements Producer {
    private static final long PAUSE_FIRST_MS = 20;
    private static final long PAUSE_MAX_MS = 500;
    private static final int PAUSE_DOUBLINGS_MAX = 5;

    private final SendContext context;
    private final ProducerSettings settings;
    private final Batching batching;
    private final BrokerFeatures features;
    private final UnderWay underWay;
    private final SingleSender singles;
    private final Consumer<Producer> closed;
    private final long timeoutNanos;
    private final Outcomes outcomes = new Outcomes();
    private final Map<String, BrokerLane> lanes = new ConcurrentHashMap<>();
    private final AtomicInteger turns = new AtomicInteger();

    /** @param closed told when it has closed */
    public BatchSender(
            SendContext context,
            ProducerSettings settings,
            Batching batching,
            BrokerFeatures features,
            Consumer<Producer> closed) {
        this.context = context;
        this.settings = settings;
        this.batching = batching;
        this.features = features;
        this.underWay = new UnderWay(settings, context.isClientThread());
        this.singles = new SingleSender(context, settings, underWay, producer -> {});
        this.closed = closed;
        this.timeoutNanos = settings.sendTimeout().toNanos();
    }

    /** What becomes of messages. */
    private final class Outcomes implements Lane.Outcome {
        @Override
        public void stored(PendingSend send, SendResult result) {
            underWay.end(send.out().bytes());
            context.trace()
                    .sent(settings.group(), send.out(), result, send.target().address());
            send.complete(result);
        }

        @Override
        public void failed(PendingSend send, ClientException fault) {
            repeatOrFail(send, fault);
        }
    }

    @Override
    public SendResult send(Message message, QueueChoice choice) {
        context.checkMayWait();
        return Faults.await(sendAsync(message, choice));
    }

    @Override
    public List<SendResult> send(List<Message> messages) {
        context.checkMayWait();
        List<CompletableFuture<SendResult>> sends = new ArrayList<>(messages.size());
        for (Message message : messages) {
            sends.add(sendAsync(message));
        }
        flush();
        List<SendResult> results = new ArrayList<>(messages.size());
        for (CompletableFuture<SendResult> send : sends) {
            results.add(Faults.await(send));
        }
        return results;
    }

    @Override
    public CompletableFuture<SendResult> sendAsync(Message message, QueueChoice choice) {
        Outgoing out;
        try {
            out = context.preparation().prepare(message);
            context.awaitRoute(message.topic(), settings.sendTimeout().toMillis());
            underWay.begin(out.bytes());
        } catch (ClientException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (isAlone(message)) {
            return singles.start(out, choice);
        }
        PendingSend send = new PendingSend(out, choice, context.clock().nanoTime() + timeoutNanos);
        attempt(send);
        return send;
    }

    @Override
    public ReceivedMessage request(Message message, Duration timeout) {
        context.checkMayWait();
        return Faults.await(requestAsync(message, timeout));
    }

    @Override
    public CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout) {
        return context.requester().request(settings.group(), message, timeout, this::sendAsync);
    }

    @Override
    public void recall(String topic, String recallHandle) {
        singles.recall(topic, recallHandle);
    }

    private static boolean isAlone(Message message) {
        if (message.topic().charAt(0) == '%') {
            return true;
        }
        Map<String, String> properties = message.properties();
        return !properties.isEmpty()
                && (properties.containsKey("DELAY")
                        || properties.containsKey("TIMER_DELAY_MS")
                        || properties.containsKey("TIMER_DELAY_SEC")
                        || properties.containsKey("TIMER_DELIVER_MS")
                        || properties.containsKey("TRAN_MSG")
                        || message.isReply());
    }

    private void attempt(PendingSend send) {
        TopicView view = context.routes().known(send.out().message().topic());
        if (view == null) {
            context.routes().view(send.out().message().topic()).whenComplete((fetched, fault) -> {
                if (fetched == null) {
                    repeatOrFail(send, Faults.of(fault == null ? new AssertionError("no route, no fault") : fault));
                } else {
                    attempt(send, fetched);
                }
            });
        } else {
            attempt(send, view);
        }
    }

    private void attempt(PendingSend send, TopicView view) {
        if (view.isTemplate()) {
            alone(send);
            return;
        }
        WriteQueue target;
        WriteRoute route;
        try {
            route = RouteCache.checkWritable(view.writable());
            long now = route.isOneBroker() ? 0 : context.clock().nanoTime();
            target = route.choose(send.choice(), turns.getAndIncrement(), now, send.lastBroker());
        } catch (ClientException e) {
            repeatOrFail(send, e);
            return;
        }
        send.aim(target);
        lane(target.address()).add(send, route.topicBytes());
    }

    private void alone(PendingSend send) {
        singles.start(send.out(), send.choice()).whenComplete((result, fault) -> {
            if (result == null) {
                send.completeExceptionally(Faults.of(fault == null ? new AssertionError("no result") : fault));
            } else {
                send.complete(result);
            }
        });
    }

    private BrokerLane lane(String address) {
        BrokerLane known = lanes.get(address);
        return known != null
                ? known
                : lanes.computeIfAbsent(
                        address, key -> new BrokerLane(features, key, bits -> newLane(key, bits), outcomes));
    }

    private Lane newLane(String address, int bits) {
        return (bits & BrokerFeatures.MULTI_SEND) != 0
                ? new MultiSendLane(context, batching, address, attemptTimeout(), outcomes)
                : new QueueBatchLane(context, settings.group(), batching, address, attemptTimeout(), outcomes);
    }

    private Duration attemptTimeout() {
        return settings.sendTimeout().compareTo(Answers.ATTEMPT_MAX) < 0 ? settings.sendTimeout() : Answers.ATTEMPT_MAX;
    }

    private void repeatOrFail(PendingSend send, ClientException fault) {
        long now = context.clock().nanoTime();
        boolean wasSent = send.attempts() > 0;
        if (wasSent && Answers.isBrokersFault(fault)) {
            send.target().health().failed(now);
        }
        if (Answers.isRoutesFault(fault)) {
            context.routes().refresh(send.out().message().topic());
        }
        boolean isOtherBroker = wasSent && fault.code() == ErrorCode.NOT_SUPPORTED;
        if (isOtherBroker) {
            features.forget();
            lane(send.target().address()).forget();
        }
        long pauseMs = pauseMs(send);
        boolean isLate = now + TimeUnit.MILLISECONDS.toNanos(pauseMs) - send.deadlineNanos() >= 0;
        boolean mayRepeat = Answers.mayRepeat(fault) || isOtherBroker;
        if (!mayRepeat || isLate || underWay.isClosed()) {
            underWay.end(send.out().bytes());
            context.trace()
                    .sent(
                            settings.group(),
                            send.out(),
                            null,
                            wasSent ? send.target().address() : null);
            send.completeExceptionally(fault);
        } else {
            context.later().run(() -> attempt(send), pauseMs);
        }
    }

    private long pauseMs(PendingSend send) {
        TopicView view = context.routes().known(send.out().message().topic());
        if (send.attempts() <= 1
                && send.choice().isAny()
                && view != null
                && !view.writable().isOneBroker()) {
            return 0;
        }
        return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS << Math.min(send.attempts(), PAUSE_DOUBLINGS_MAX));
    }

    @Override
    public void sendOneWay(Message message, QueueChoice choice) {
        singles.sendOneWay(message, choice);
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return singles.queues(topic);
    }

    @Override
    public void flush() {
        lanes.values().forEach(Lane::flush);
    }

    @Override
    public void close() {
        flush();
        underWay.close(timeoutNanos);
        closed.accept(this);
    }
}
