package dev.millrace.client.internal.send;

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
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.client.internal.route.WriteRoute;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.message.RecallHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Sends each message in a request of its own. Thread-safe. */
public final class SingleSender implements Producer {
    private final SendContext context;
    private final ProducerSettings settings;
    private final UnderWay underWay;
    private final Consumer<Producer> closed;
    private final AtomicInteger turns = new AtomicInteger();

    /** @param closed told when it has closed */
    public SingleSender(SendContext context, ProducerSettings settings, Consumer<Producer> closed) {
        this(context, settings, new UnderWay(settings, context.isClientThread()), closed);
    }

    SingleSender(SendContext context, ProducerSettings settings, UnderWay underWay, Consumer<Producer> closed) {
        this.context = context;
        this.settings = settings;
        this.underWay = underWay;
        this.closed = closed;
    }

    SendContext context() {
        return context;
    }

    String group() {
        return settings.group();
    }

    int nextTurn() {
        return turns.getAndIncrement();
    }

    boolean isClosed() {
        return underWay.isClosed();
    }

    /** A message has its result. */
    void done(Outgoing out) {
        underWay.end(out.bytes());
    }

    @Override
    public SendResult send(Message message, QueueChoice choice) {
        context.checkMayWait();
        return Faults.await(sendAsync(message, choice));
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
        return start(out, choice);
    }

    /** Sends what has its room already. */
    CompletableFuture<SendResult> start(Outgoing out, QueueChoice choice) {
        SingleSend send = new SingleSend(
                this,
                out,
                choice,
                context.clock().nanoTime(),
                settings.sendTimeout().toNanos());
        send.start();
        return send.result();
    }

    @Override
    public List<SendResult> send(List<Message> messages) {
        context.checkMayWait();
        List<CompletableFuture<SendResult>> sends = new ArrayList<>(messages.size());
        for (Message message : messages) {
            sends.add(sendAsync(message));
        }
        List<SendResult> results = new ArrayList<>(messages.size());
        for (CompletableFuture<SendResult> send : sends) {
            results.add(Faults.await(send));
        }
        return results;
    }

    @Override
    public void sendOneWay(Message message, QueueChoice choice) {
        Outgoing out = context.preparation().prepare(message);
        WriteRoute route = Faults.await(
                context.routes().writable(message.topic()),
                settings.sendTimeout().toMillis(),
                "looking for the route of topic " + message.topic());
        WriteQueue target = route.choose(choice, nextTurn(), context.clock().nanoTime(), null);
        context.requests().sendOneWay(target.address(), SingleSend.request(group(), out, target));
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
        context.checkMayWait();
        String broker = brokerOf(recallHandle);
        long timeoutMs = settings.sendTimeout().toMillis();
        Faults.await(context.routes().view(topic), timeoutMs, "looking for the route of topic " + topic);
        String address = context.routes()
                .addressOf(broker)
                .orElseThrow(() -> new ClientException(
                        ErrorCode.NO_ROUTE,
                        "no route of topic " + topic + " names broker " + broker + " of the recall handle"));
        Faults.await(context.requests()
                .tell(address, new MemberRequest.RecallMessage(settings.group(), topic, recallHandle)));
    }

    private static String brokerOf(String recallHandle) {
        try {
            return RecallHandle.parse(recallHandle).brokerName();
        } catch (IllegalArgumentException e) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "'" + recallHandle + "' is no recall handle: " + e.getMessage() + "; use that of the send result",
                    e);
        }
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return queues(context.routes(), topic, settings);
    }

    static List<TopicQueue> queues(RouteCache routes, String topic, ProducerSettings settings) {
        return Faults.await(
                        routes.writable(topic),
                        settings.sendTimeout().toMillis(),
                        "looking for the route of topic " + topic)
                .queues()
                .stream()
                .map(WriteQueue::queue)
                .toList();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        underWay.close(settings.sendTimeout().toNanos());
        closed.accept(this);
    }
}
