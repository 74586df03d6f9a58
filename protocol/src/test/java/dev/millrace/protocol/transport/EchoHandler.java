package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers each request with its body; keeps those that shall wait. */
final class EchoHandler implements RequestHandler {
    final AtomicInteger handled = new AtomicInteger();
    final Queue<Runnable> parked = new ConcurrentLinkedQueue<>();
    volatile boolean isParking;

    @Override
    public void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        byte[] copy = new byte[body.remaining()];
        body.get(copy);
        ReplyTo to = ReplyTo.of(connection, fields);
        Reply reply = Reply.success().withBody(new ReplyBody(List.of(ByteBuffer.wrap(copy)), copy.length, () -> {}));
        if (isParking) {
            parked.add(() -> to.reply(reply));
        } else {
            to.reply(reply);
        }
        handled.incrementAndGet();
    }

    void answerParked() {
        for (Runnable answer = parked.poll(); answer != null; answer = parked.poll()) {
            answer.run();
        }
    }
}
