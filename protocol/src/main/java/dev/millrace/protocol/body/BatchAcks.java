package dev.millrace.protocol.body;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages that are dealt with. */
public record BatchAcks(List<Entry> acks, @Nullable String brokerName) {
    public BatchAcks {
        acks = List.copyOf(acks);
    }

    /**
     * Messages that were taken together; the names are those of the wire.
     *
     * @param b in Base64: byte i / 8, bit i % 8 stands for the message at queue offset {@code so} + i
     * @param c consumer group
     * @param it invisible time, ms
     * @param pt when they were taken, ms since the epoch
     * @param q queue id
     * @param r {@code 0}: of the topic itself, {@code 1} or {@code 2}: of its retry topic
     * @param rq the broker's mark of the receipt
     * @param so queue offset from which they were taken
     * @param t topic
     */
    public record Entry(String b, String c, long it, long pt, int q, String r, int rq, long so, String t) {}
}
