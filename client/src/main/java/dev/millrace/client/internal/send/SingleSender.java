package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.ProducerSettings;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.client.internal.route.WriteRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Sends each message in a request of its own. Thread-safe. */
public final class SingleSender implements Producer {
    private final SendContext context;
    private final ProducerSettings settings;
    private final BooleanSupplier isClientThread;
    private final Budget budget;
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final CompletableFuture<Boolean> drained = new CompletableFuture<>();
    private volatile boolean isClosed;

    /** @param isClientThread whether the calling thread must not wait */
    public SingleSender(SendContext context, ProducerSettings settings, BooleanSupplier isClientThread) {
        this.context = context;
        this.settings = settings;
        this.isClientThread = isClientThread;
        this.budget =
                new Budget(settings.bufferBytesMax(), settings.bufferWaitMax().toNanos());
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
        return isClosed;
    }

    /** A message has its result. */
    void done(Outgoing out) {
        budget.give(out.bytes());
        if (underWay.decrementAndGet() == 0 && isClosed) {
            drained.complete(true);
        }
    }

    @Override
    public SendResult send(Message message, QueueChoice choice) {
        return Faults.await(sendAsync(message, choice));
    }

    @Override
    public CompletableFuture<SendResult> sendAsync(Message message, QueueChoice choice) {
        SingleSend send;
        try {
            send = begin(message, choice);
        } catch (ClientException e) {
            return CompletableFuture.failedFuture(e);
        }
        send.start();
        return send.result();
    }

    private SingleSend begin(Message message, QueueChoice choice) {
        checkOpen();
        Outgoing out = context.preparation().prepare(message);
        budget.take(out.bytes(), isClientThread);
        underWay.incrementAndGet();
        return new SingleSend(
                this,
                out,
                choice,
                context.clock().nanoTime(),
                settings.sendTimeout().toNanos());
    }

    private void checkOpen() {
        if (isClosed) {
            throw new ClientException(ErrorCode.CLOSED, "producer " + settings.group() + " is closed");
        }
    }

    @Override
    public List<SendResult> send(List<Message> messages) {
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
        checkOpen();
        Outgoing out = context.preparation().prepare(message);
        WriteRoute route = Faults.await(
                context.routes().writable(message.topic()),
                settings.sendTimeout().toMillis(),
                "looking for the route of topic " + message.topic());
        WriteQueue target = route.choose(choice, nextTurn(), context.clock().nanoTime(), null);
        context.requests().sendOneWay(target.address(), SingleSend.request(group(), out, target));
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
        isClosed = true;
        if (underWay.get() == 0) {
            return;
        }
        try {
            Faults.await(drained, settings.sendTimeout().toMillis(), "closing producer " + settings.group());
        } catch (ClientException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
        }
    }
}
