package dev.millrace.protocol.command;

import org.jspecify.annotations.Nullable;

/** Header fields of a reply. */
public sealed interface ReplyHeader {

    /**
     * Where a message was stored.
     *
     * @param msgId offset id, or several separated by commas for a batch
     */
    record SendReply(
            String msgId,
            int queueId,
            long queueOffset,
            @Nullable String transactionId,
            @Nullable String batchUniqId,
            @Nullable String recallHandle)
            implements ReplyHeader {}

    /** Unique id of the message that was recalled. */
    record RecallReply(String msgId) implements ReplyHeader {}

    /** Where to pull next. */
    record PullReply(long suggestWhichBrokerId, long nextBeginOffset, long minOffset, long maxOffset)
            implements ReplyHeader {}

    /** A queue offset. */
    record OffsetReply(long offset) implements ReplyHeader {}

    /** A time, ms since the epoch, or -1. */
    record TimestampReply(long timestamp) implements ReplyHeader {}

    /** How far the key index is. */
    record QueryMessageReply(long indexLastUpdateTimestamp, long indexLastUpdatePhyoffset) implements ReplyHeader {}

    /** The master of a replica that registered. */
    record RegisterBrokerReply(
            @Nullable String haServerAddr, @Nullable String masterAddr) implements ReplyHeader {}

    /** Whether a broker has to register its topics again. */
    record QueryDataVersionReply(boolean changed) implements ReplyHeader {}

    /** A value. */
    record ValueReply(@Nullable String value) implements ReplyHeader {}

    /** How many topics lost the write permission. */
    record WipeWritePermissionReply(int wipeTopicCount) implements ReplyHeader {}

    /** How many topics got the write permission. */
    record AddWritePermissionReply(int addTopicCount) implements ReplyHeader {}

    /** What the broker knows of heartbeats without subscriptions. */
    record HeartbeatReply(boolean isSupportHeartBeatV2, boolean isSubChange) implements ReplyHeader {}

    /** How many topics there are in all pages. */
    record TotalTopicsReply(int totalTopicNum) implements ReplyHeader {}

    /** How many consumer groups there are in all pages. */
    record TotalGroupsReply(int totalGroupNum) implements ReplyHeader {}

    /** Version of the settings, as JSON. */
    record VersionReply(String version) implements ReplyHeader {}

    /**
     * What one request for redelivery did.
     *
     * @param moved dead letters that are in the retry topic because of this request
     * @param skipped dead letters that were looked at and left: from another topic, moved before, or gone from the log
     * @param nextOffset where to go on
     * @param endOffset behind the last dead letter
     */
    record RedeliverReply(int moved, int skipped, long nextOffset, long endOffset) implements ReplyHeader {}

    /**
     * Which of this project's own requests a broker knows.
     *
     * @param features bits: 1 multi-queue send
     * @param brokerCluster name of the broker's cluster
     */
    record NegotiateReply(int features, String brokerCluster) implements ReplyHeader {}

    /**
     * Messages that were taken.
     *
     * @param popTime when, ms since the epoch
     * @param invisibleTime for how long, ms
     * @param reviveQid the broker's mark, part of each receipt
     * @param restNum messages that are left
     * @param startOffsetInfo for each queue: kind, queue id, first offset
     * @param msgOffsetInfo for each queue: kind, queue id, offsets of the messages
     * @param orderCountInfo for each message of a queue in order: how often it was delivered before
     */
    record PopReply(
            long popTime,
            long invisibleTime,
            int reviveQid,
            long restNum,
            @Nullable String startOffsetInfo,
            @Nullable String msgOffsetInfo,
            @Nullable String orderCountInfo)
            implements ReplyHeader {
        /** Nothing was taken. */
        public static final PopReply NOTHING = new PopReply(0, 0, 0, 0, null, null, null);
    }

    /** What the new receipt of a message is made of. */
    record InvisibleTimeReply(long popTime, long invisibleTime, int reviveQid) implements ReplyHeader {}

    /** Whether there is a message to take. */
    record NotificationReply(boolean hasMsg, boolean pollingFull) implements ReplyHeader {}

    /** How many requests wait. */
    record PollingInfoReply(int pollingNum) implements ReplyHeader {}
}
