package dev.millrace.broker.metrics;

import dev.millrace.protocol.transport.CloseCounts;
import java.util.concurrent.atomic.LongAdder;

/** What the broker did since it started. Thread-safe: adders. */
public final class BrokerCounters {
    private final LongAdder messagesIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder messagesOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder emptyPulls = new LongAdder();
    private final LongAdder messagesBack = new LongAdder();
    private final CloseCounts closed = new CloseCounts();

    /** Connections that this broker closed, by reason. */
    public CloseCounts closed() {
        return closed;
    }

    public void sent(int messages, long bytes) {
        messagesIn.add(messages);
        bytesIn.add(bytes);
    }

    public void pulled(int messages, long bytes) {
        if (messages == 0) {
            emptyPulls.increment();
        }
        messagesOut.add(messages);
        bytesOut.add(bytes);
    }

    public void sentBack() {
        messagesBack.increment();
    }

    public long messagesIn() {
        return messagesIn.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long messagesOut() {
        return messagesOut.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    public long emptyPulls() {
        return emptyPulls.sum();
    }

    public long messagesBack() {
        return messagesBack.sum();
    }
}
