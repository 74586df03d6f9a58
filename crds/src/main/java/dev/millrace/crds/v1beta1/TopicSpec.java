package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Checked;
import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Durations;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Findings;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Range;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.Spelling;
import dev.millrace.crds.schema.Text;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a topic should be. Thread-safe: immutable. */
public record TopicSpec(
        @Describe(value = "the cluster that holds the topic", effect = Effect.FIXED) @Required
        ClusterRef clusterRef,

        @Describe(value = "the name applications use; metadata.name where left out", effect = Effect.FIXED)
        @Nullable
        @Text(max = 127, min = 1, pattern = "^[%a-zA-Z0-9_-]+$", shape = "letters, digits, %, _ and - only")
        String topicName,

        @Describe(value = "what its messages may be", effect = Effect.FIXED) @Default("Normal")
        Type type,

        @Describe(
                value =
                        "queues on each broker group that holds the topic; more queues let more consumers of a group share the work",
                unit = "queues")
        @Range(min = 1, max = 1024)
        @Default("8")
        int queuesPerGroup,

        @Describe("names of the broker groups that hold the topic; all where left out")
        @Items(max = 256, distinct = true)
        @Text(max = 253)
        List<String> groups,

        @Describe("whether producers may send and consumers receive") @Default("ReadWrite")
        Permission permission,

        @Describe("accepts that another number of queues breaks the order of a Fifo topic") @Default("false")
        boolean allowOrderDisruption,

        @Describe("attributes of the topic on the broker, passed as they are") @Items(max = 32) @Text(max = 1024)
        Map<String, String> attributes,

        @Describe(
                "what to do with a topic of that name that is there already: IfCompatible takes it over where no queue would go and the type is the same")
        @Default("IfCompatible")
        Adoption adoption,

        @Describe("what deleting this resource does to the topic and its messages") @Default("Retain")
        DeletionPolicy deletionPolicy,

        @Describe(value = "how often the topic on the brokers is compared with this resource", unit = "duration")
        @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
        @Default("60s")
        String resync,

        @Describe("what to do when consumers fall behind; nothing where left out") @Nullable
        Backlog backlog,

        @Describe("drops messages that come again within a window; off where left out") @Nullable
        Deduplication deduplication)
        implements Checked {
    private static final Set<String> SYSTEM_TOPICS = Set.of(
            "TBW102",
            "SCHEDULE_TOPIC_XXXX",
            "BenchmarkTest",
            "TRANS_CHECK_MAX_TIME_TOPIC",
            "SELF_TEST_TOPIC",
            "OFFSET_MOVED_EVENT",
            "CHECKPOINT_TOPIC");
    private static final List<String> SYSTEM_PREFIXES = List.of("%RETRY%", "%DLQ%", "rmq_sys_", "RMQ_SYS_");

    /** Whether the platform keeps this name for itself. */
    public static boolean isSystemTopic(String name) {
        return SYSTEM_TOPICS.contains(name) || SYSTEM_PREFIXES.stream().anyMatch(name::startsWith);
    }

    @Override
    public void check(Findings findings) {
        if (deduplication != null) {
            for (String name : List.of(Deduplication.WINDOW, Deduplication.COUNT, Deduplication.KEY)) {
                if (attributes.containsKey(name)) {
                    findings.refuse(
                            "attributes." + name, "'" + name + "' has a field of its own", "say it with deduplication");
                }
            }
        }
        if (topicName != null && isSystemTopic(topicName)) {
            findings.refuse("topicName", "'" + topicName + "' is the name of a system topic", "choose another name");
        }
    }

    /** What the messages of a topic may be. */
    public enum Type {
        NORMAL,
        FIFO,
        DELAY,
        TRANSACTION
    }

    /** Who may use a topic. */
    public enum Permission {
        READ_WRITE,
        READ_ONLY,
        WRITE_ONLY,
        NONE
    }

    /** When a topic that is there already is taken over. */
    public enum Adoption {
        IF_COMPATIBLE,
        ALWAYS,
        NEVER
    }

    /** What happens to a topic whose resource is deleted. */
    public enum DeletionPolicy {
        RETAIN,
        DELETE,
        DELETE_IF_EMPTY
    }

    /** The cluster a resource belongs to. */
    public record ClusterRef(
            @Describe(value = "metadata.name of the MessageCluster", effect = Effect.FIXED)
            @Required
            @Text(max = 63, min = 1)
            String name) {}

    /** When consumers count as behind, and what is done then. */
    public record Backlog(
            @Describe("the consumer group to watch; * for any") @Text(max = 120) @Default("\"*\"")
            String consumerGroup,

            @Describe(value = "messages behind from which the rule counts", unit = "messages")
            @Range(min = 1, max = Long.MAX_VALUE)
            @Default("1000000")
            long lagThreshold,

            @Describe(value = "how long it must stay behind", unit = "duration")
            @Spelling("for")
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            @Default("5m")
            String forDuration,

            @Describe("what is done: nothing, a condition that recommends, or more queues elsewhere") @Default("None")
            Action action,

            @Describe(value = "queues of the wider topic that FanOut moves to", unit = "queues")
            @Range(min = 1, max = 1024)
            @Default("40")
            int queues) {}

    /** What is done about a backlog. */
    public enum Action {
        NONE,
        RECOMMEND,
        FAN_OUT
    }

    /** In which window messages are the same, and by what. */
    public record Deduplication(
            @Describe(value = "a message that comes again within this time is not stored again", unit = "duration")
            @Required
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            String window,

            @Describe(
                    value =
                            "messages that a broker group remembers for the topic, 28 bytes each; the oldest is forgotten first",
                    unit = "messages")
            @Range(min = 1, max = 10_000_000)
            @Default("1000000")
            int count,

            @Describe(
                    "what makes two messages the same: the id that clients give each send, or the keys the application sets")
            @Default("UniqueId")
            Key key)
            implements Checked {
        static final String WINDOW = "dedup.window.time";
        static final String COUNT = "dedup.window.count";
        static final String KEY = "dedup.key";
        private static final Duration WINDOW_MAX = Duration.ofDays(7);

        @Override
        public void check(Findings findings) {
            Duration time = Durations.parse(window);
            if (!time.isPositive() || time.compareTo(WINDOW_MAX) > 0) {
                findings.refuse("window", "'" + window + "' is outside 1ms..168h", "give a time such as 10m");
            }
        }

        /** As attributes of the topic on a broker. */
        Map<String, String> brokerAttributes() {
            return Map.of(
                    WINDOW,
                    Durations.parse(window).toMillis() + "ms",
                    COUNT,
                    Integer.toString(count),
                    KEY,
                    key == Key.KEYS ? "KEYS" : "UNIQ_KEY");
        }
    }

    /** What makes two messages the same. */
    public enum Key {
        UNIQUE_ID,
        KEYS
    }
}
