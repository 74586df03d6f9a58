package dev.millrace.protocol;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a request ended: wire number, whether the same request may succeed when it is sent again, and what the caller does
 * next. Source: docs/protocol.md, section "Responses".
 */
public enum ResponseCode {
    SUCCESS(0, false, "nothing; it worked"),
    SYSTEM_ERROR(1, true, "read the remark; try another broker, then look at the broker's log"),
    SYSTEM_BUSY(2, true, "wait a little and send again, or send less"),
    REQUEST_CODE_NOT_SUPPORTED(3, false, "use a server that knows this request"),
    FLUSH_DISK_TIMEOUT(10, false, "nothing; it is stored, but was not yet on disk when the time was over"),
    REPLICA_NOT_AVAILABLE(11, false, "nothing; it is stored, but no replica confirmed it"),
    FLUSH_REPLICA_TIMEOUT(12, false, "nothing; it is stored, but not every replica confirmed it in time"),
    MESSAGE_ILLEGAL(13, false, "correct the message: its size, its properties or its topic"),
    SERVICE_NOT_AVAILABLE(14, true, "try another broker; this one does not store messages now"),
    VERSION_NOT_SUPPORTED(15, false, "use a newer peer"),
    NO_PERMISSION(16, false, "change the permission of the topic or the broker, or use another topic"),
    TOPIC_NOT_EXIST(17, true, "create the topic, or wait for its route"),
    TOPIC_EXIST_ALREADY(18, false, "use the topic that is there"),
    PULL_NOT_FOUND(19, true, "pull again; there was no new message"),
    PULL_RETRY_IMMEDIATELY(20, true, "pull again from the next offset at once"),
    PULL_OFFSET_MOVED(21, true, "pull again from the offset in the answer"),
    QUERY_NOT_FOUND(22, false, "nothing is stored under that name"),
    SUBSCRIPTION_PARSE_FAILED(23, false, "correct the filter expression"),
    SUBSCRIPTION_NOT_EXIST(24, true, "send a heartbeat with the subscription first"),
    SUBSCRIPTION_NOT_LATEST(25, true, "send a heartbeat with the newer subscription first"),
    SUBSCRIPTION_GROUP_NOT_EXIST(26, false, "create the consumer group"),
    FILTER_DATA_NOT_EXIST(27, true, "send a heartbeat with the filter first"),
    FILTER_DATA_NOT_LATEST(28, true, "send a heartbeat with the newer filter first"),
    INVALID_PARAMETER(29, false, "correct the value named in the remark"),
    CONSUMER_NOT_ONLINE(206, false, "start a consumer of the group"),
    CONSUME_MESSAGE_TIMEOUT(207, true, "look at the consumer; it did not answer in time"),
    NO_MESSAGE(208, false, "there is no such message"),
    POLLING_FULL(209, true, "wait a little and poll again"),
    POLLING_TIMEOUT(210, true, "poll again"),
    BROKER_NOT_EXIST(211, false, "name a broker that is registered"),
    FLOW_CONTROL(215, true, "wait a little and pull again"),
    ILLEGAL_OPERATION(604, false, "do not repeat it; the state does not allow it"),
    GO_AWAY(1500, true, "connect again; the server is about to stop");

    private static final Map<Integer, ResponseCode> BY_NUMBER = new HashMap<>();

    static {
        for (ResponseCode code : values()) {
            BY_NUMBER.put(code.number, code);
        }
    }

    private final int number;
    private final boolean isRetriable;
    private final String remedy;

    ResponseCode(int number, boolean isRetriable, String remedy) {
        this.number = number;
        this.isRetriable = isRetriable;
        this.remedy = remedy;
    }

    public int number() {
        return number;
    }

    public boolean isRetriable() {
        return isRetriable;
    }

    /** What the caller does next, as half a sentence. */
    public String remedy() {
        return remedy;
    }

    public static Optional<ResponseCode> ofNumber(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }
}
