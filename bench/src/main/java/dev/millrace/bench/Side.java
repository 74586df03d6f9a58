package dev.millrace.bench;

/** A broker with a client: what is compared. */
enum Side {
    MILLRACE("millrace", "millrace", "millrace"),
    WINDOW("window", "millrace", "window"),
    ONCE_MEMORY("once-memory", "millrace", "once-memory"),
    ONCE_REDIS("once-redis", "millrace", "once-redis"),
    ONCE_POSTGRES("once-postgres", "millrace", "once-postgres"),
    MILLRACE_ROCKETMQ("millrace-rmq", "millrace", "rocketmq"),
    ROCKETMQ("rocketmq", "rocketmq", "rocketmq"),
    KAFKA("kafka", "kafka", "kafka"),
    ECHO("echo", "echo", "echo"),
    ECHO_SHARED("echo-shared", "echo-shared", "echo-shared");

    private final String label;
    private final String server;
    private final String target;

    Side(String label, String server, String target) {
        this.label = label;
        this.server = server;
        this.target = target;
    }

    static Side of(String label) {
        for (var side : values()) {
            if (side.label.equals(label)) {
                return side;
            }
        }
        throw new IllegalArgumentException(
                "no side " + label
                        + "; one of millrace, window, once-memory, once-redis, once-postgres, millrace-rmq, rocketmq, kafka, echo, echo-shared");
    }

    String label() {
        return label;
    }

    String server() {
        return server;
    }

    /** The client, as {@code dev.millrace.bench.driver.DriverMain} names it. */
    String target() {
        return target;
    }

    /** Whether the broker keeps all messages in one log, from which it can derive its queues. */
    boolean keepsCommitLog() {
        return server.equals("millrace") || server.equals("rocketmq");
    }

    /** Whether the client's jars are those of an anchor rather than ours. */
    boolean hasForeignClient() {
        return target.equals("rocketmq") || target.equals("kafka");
    }
}
