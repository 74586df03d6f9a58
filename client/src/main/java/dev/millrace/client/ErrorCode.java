package dev.millrace.client;

/** Why a call failed, whether the same call may succeed later, and what to do about it. */
public enum ErrorCode {
    /** No NameServer knows a broker for the topic. */
    NO_ROUTE(true, "create the topic, or check that its brokers run and are registered"),
    /** No NameServer of the list answers. */
    NO_NAMESERVER(true, "check the NameServer addresses and that one of them runs"),
    /** A server can't be reached, or the connection broke. */
    NOT_CONNECTED(true, "check that the server runs and is reachable from here"),
    /** No answer came in time; the server may have acted on the request. */
    TIMEOUT(true, "look for an overloaded server, or allow more time"),
    /** The server refuses load for now. */
    BUSY(true, "wait a little, or send less"),
    /** The server does not serve such requests now: it stops, its disk is full, or it is no master. */
    NOT_AVAILABLE(true, "try again in some seconds, then look at the broker's log"),
    /** The server failed. */
    SERVER_ERROR(true, "look at the server's log"),
    NO_PERMISSION(false, "change the permission of the topic, the group or the broker"),
    TOPIC_NOT_EXIST(true, "create the topic"),
    GROUP_NOT_EXIST(false, "create the consumer group"),
    /** Nothing is stored under that name. */
    NOT_FOUND(false, "check the name"),
    /** The message breaks a limit or a rule. */
    ILLEGAL_MESSAGE(false, "correct the message"),
    INVALID_ARGUMENT(false, "correct the value"),
    /** The server, or this Java, does not know how. */
    NOT_SUPPORTED(false, "use a version that supports it"),
    /** The producer's buffer is full. */
    BUFFER_FULL(true, "send slower, or raise bufferBytesMax"),
    CLOSED(false, "open a new one"),
    INTERRUPTED(false, "the calling thread was interrupted; the call may have had its effect");

    private final boolean isRetriable;
    private final String remedy;

    ErrorCode(boolean isRetriable, String remedy) {
        this.isRetriable = isRetriable;
        this.remedy = remedy;
    }

    public boolean isRetriable() {
        return isRetriable;
    }

    /** What to do, as half a sentence. */
    public String remedy() {
        return remedy;
    }
}
