package dev.millrace.client.fake;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.protocol.transport.Connection;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What came to a broker. Thread-safe. */
public final class Seen {
    private final Queue<RequestCode> codes = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<EndTransaction> ends = new LinkedBlockingQueue<>();
    private volatile @Nullable Connection lastSender;

    void add(RequestCode code) {
        codes.add(code);
    }

    void add(EndTransaction end) {
        ends.add(end);
    }

    void sender(Connection connection) {
        lastSender = connection;
    }

    long count(RequestCode code) {
        return codes.stream().filter(each -> each == code).count();
    }

    /** The next outcome of a transaction that came. */
    public EndTransaction nextEnd() throws InterruptedException {
        EndTransaction end = ends.poll(10, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no end of a transaction came");
        }
        return end;
    }

    /** Asks who sent last about a transaction. */
    public void ask(ClientRequest.CheckTransaction question) {
        Connection sender = lastSender;
        if (sender == null) {
            throw new AssertionError("nobody sent yet");
        }
        sender.sendOneWay(question);
    }
}
