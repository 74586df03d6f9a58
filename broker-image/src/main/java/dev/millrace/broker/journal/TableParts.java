package dev.millrace.broker.journal;

import dev.millrace.broker.delay.DelayAgent.DelayOffsets;
import dev.millrace.broker.journal.StateValue.Numbers;
import dev.millrace.broker.journal.StateValue.Text;
import dev.millrace.protocol.body.ConsumerOffsets;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.body.RequestMode;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a table is taken apart into values of the state, and put together. Thread-safe: stateless. */
sealed interface TableParts<T extends Record> {
    /** Between two names; legal in neither. */
    char SEPARATOR = '@';

    /** Kinds of values that belong to this table alone. */
    Set<StateKind> kinds();

    Map<StateKey, StateValue> split(T table);

    /**
     * @param values all values of its kinds, at least one
     * @throws dev.millrace.protocol.ProtocolException if a text does not fit
     */
    T join(Map<StateKey, StateValue> values);

    /** Topics by name. */
    record Topics() implements TableParts<TopicConfigTable> {
        @Override
        public Set<StateKind> kinds() {
            return Set.of(StateKind.TOPIC, StateKind.TOPICS_VERSION);
        }

        @Override
        public Map<StateKey, StateValue> split(TopicConfigTable table) {
            Map<StateKey, StateValue> values = new HashMap<>();
            values.put(StateKey.of(StateKind.TOPICS_VERSION), version(table.dataVersion()));
            table.topicConfigTable()
                    .forEach((name, topic) -> values.put(new StateKey(StateKind.TOPIC, name), text(topic)));
            return values;
        }

        @Override
        public TopicConfigTable join(Map<StateKey, StateValue> values) {
            Map<String, TopicConfig> topics = new HashMap<>();
            values.forEach((key, value) -> {
                if (key.kind() == StateKind.TOPIC) {
                    topics.put(key.name(), topic(value));
                }
            });
            return new TopicConfigTable(version(values.get(StateKey.of(StateKind.TOPICS_VERSION))), topics);
        }

        static TopicConfig topic(StateValue value) {
            return read(TopicConfig.class, value);
        }
    }

    /** Consumer groups by name, and what is forbidden to them. */
    record Groups() implements TableParts<GroupConfigTable> {
        @Override
        public Set<StateKind> kinds() {
            return Set.of(StateKind.GROUP, StateKind.GROUPS_VERSION, StateKind.FORBIDDEN);
        }

        @Override
        public Map<StateKey, StateValue> split(GroupConfigTable table) {
            Map<StateKey, StateValue> values = new HashMap<>();
            values.put(StateKey.of(StateKind.GROUPS_VERSION), version(table.dataVersion()));
            table.subscriptionGroupTable()
                    .forEach((name, group) -> values.put(new StateKey(StateKind.GROUP, name), text(group)));
            table.forbiddenTable()
                    .forEach((group, topics) -> topics.forEach((topic, bits) ->
                            values.put(new StateKey(StateKind.FORBIDDEN, pair(group, topic)), Numbers.of(bits))));
            return values;
        }

        @Override
        public GroupConfigTable join(Map<StateKey, StateValue> values) {
            Map<String, GroupConfig> groups = new HashMap<>();
            Map<String, Map<String, Integer>> forbidden = new HashMap<>();
            values.forEach((key, value) -> {
                if (key.kind() == StateKind.GROUP) {
                    groups.put(key.name(), read(GroupConfig.class, value));
                } else if (key.kind() == StateKind.FORBIDDEN) {
                    int at = key.name().indexOf(SEPARATOR);
                    forbidden
                            .computeIfAbsent(key.name().substring(0, at), name -> new HashMap<>())
                            .put(key.name().substring(at + 1), (int)
                                    numbers(value).get(0));
                }
            });
            return new GroupConfigTable(version(values.get(StateKey.of(StateKind.GROUPS_VERSION))), forbidden, groups);
        }
    }

    /** Offsets by topic and consumer group. */
    record Offsets() implements TableParts<ConsumerOffsets> {
        @Override
        public Set<StateKind> kinds() {
            return Set.of(StateKind.OFFSETS);
        }

        @Override
        public Map<StateKey, StateValue> split(ConsumerOffsets table) {
            Map<StateKey, StateValue> values = new HashMap<>();
            table.offsetTable()
                    .forEach((name, queues) -> values.put(new StateKey(StateKind.OFFSETS, name), Numbers.of(queues)));
            return values;
        }

        @Override
        public ConsumerOffsets join(Map<StateKey, StateValue> values) {
            Map<String, Map<Integer, Long>> offsets = new HashMap<>();
            values.forEach(
                    (key, value) -> offsets.put(key.name(), numbers(value).all()));
            return new ConsumerOffsets(offsets);
        }
    }

    /** The next offset of each delay level. */
    record Delays() implements TableParts<DelayOffsets> {
        @Override
        public Set<StateKind> kinds() {
            return Set.of(StateKind.DELAYS);
        }

        @Override
        public Map<StateKey, StateValue> split(DelayOffsets table) {
            return Map.of(StateKey.of(StateKind.DELAYS), Numbers.of(table.offsetTable()));
        }

        @Override
        public DelayOffsets join(Map<StateKey, StateValue> values) {
            StateValue value = values.get(StateKey.of(StateKind.DELAYS));
            return new DelayOffsets(value == null ? Map.of() : numbers(value).all());
        }
    }

    /** How consumer groups consume topics. */
    record Modes() implements TableParts<RequestModes> {
        @Override
        public Set<StateKind> kinds() {
            return Set.of(StateKind.MODE);
        }

        @Override
        public Map<StateKey, StateValue> split(RequestModes table) {
            Map<StateKey, StateValue> values = new HashMap<>();
            table.messageRequestModeMap()
                    .forEach((topic, groups) -> groups.forEach(
                            (group, mode) -> values.put(new StateKey(StateKind.MODE, pair(topic, group)), text(mode))));
            return values;
        }

        @Override
        public RequestModes join(Map<StateKey, StateValue> values) {
            Map<String, Map<String, RequestMode>> modes = new HashMap<>();
            values.forEach((key, value) -> {
                int at = key.name().indexOf(SEPARATOR);
                modes.computeIfAbsent(key.name().substring(0, at), name -> new HashMap<>())
                        .put(key.name().substring(at + 1), read(RequestMode.class, value));
            });
            return new RequestModes(modes);
        }
    }

    private static String pair(String first, String second) {
        return first + SEPARATOR + second;
    }

    private static Text text(Record value) {
        return new Text(new String(BodyJson.write(value), StandardCharsets.UTF_8));
    }

    private static <R extends Record> R read(Class<R> type, StateValue value) {
        if (value instanceof Text text) {
            return BodyJson.read(type, text.json().getBytes(StandardCharsets.UTF_8));
        }
        throw new IllegalArgumentException("numbers where a " + type.getSimpleName() + " belongs");
    }

    private static Numbers numbers(StateValue value) {
        if (value instanceof Numbers numbers) {
            return numbers;
        }
        throw new IllegalArgumentException("a text where numbers belong");
    }

    private static Numbers version(@Nullable DataVersion version) {
        DataVersion known = version == null ? DataVersion.NONE : version;
        return Numbers.of(Map.of(0, known.counter(), 1, known.stateVersion(), 2, known.timestamp()));
    }

    private static DataVersion version(@Nullable StateValue value) {
        return value instanceof Numbers numbers
                ? new DataVersion(numbers.get(0), numbers.get(1), numbers.get(2))
                : DataVersion.NONE;
    }
}
