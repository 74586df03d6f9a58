package dev.millrace.protocol.command;

/**
 * Reads messages of one queue, and waits for one if there is none.
 *
 * @param limits how much one answer may hold
 * @param pullFlag bits: 1 {@code commitOffset} is valid, 2 may wait, 4 the filter is in the request, 16 lite pull
 * @param commitOffset where the consumer group stands, if flagged
 * @param suspendTimeoutMs longest wait
 */
public record PullMessage(
        String consumerGroup,
        String topic,
        int queueId,
        long queueOffset,
        Limits limits,
        int pullFlag,
        long commitOffset,
        long suspendTimeoutMs,
        Filter filter)
        implements BrokerRequest {
    public static final int FLAG_COMMIT_OFFSET = 1;
    public static final int FLAG_SUSPEND = 2;
    public static final int FLAG_SUBSCRIPTION = 4;
    public static final int FLAG_CLASS_FILTER = 8;
    public static final int FLAG_LITE = 16;

    /** Messages and bytes of one answer; {@code bytesMax} below 0: the broker decides. */
    public record Limits(int countMax, int bytesMax) {}

    /** Expression in the request, or empty text; {@code version} is that of the subscription in the heartbeat. */
    public record Filter(String expression, String type, long version) {}

    public boolean hasCommitOffset() {
        return (pullFlag & FLAG_COMMIT_OFFSET) != 0;
    }

    public boolean maySuspend() {
        return (pullFlag & FLAG_SUSPEND) != 0;
    }

    public boolean hasFilter() {
        return (pullFlag & FLAG_SUBSCRIPTION) != 0;
    }
}
