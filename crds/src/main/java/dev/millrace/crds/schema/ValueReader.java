package dev.millrace.crds.schema;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Makes the value of one field: text, number, boolean, enum, list, map, free-form object or record.
 *
 * <p>Thread-safe: confined to the thread that reads the file.
 */
final class ValueReader {
    /** Nodes of free-form objects in one file; aliases count each time, so a small file cannot unfold without end. */
    private static final int FREE_NODES_MAX = 20_000;

    private static final int FREE_DEPTH_MAX = 40;
    private static final int SHOWN_CHARS_MAX = 60;

    private final RecordReader records;
    private final Findings findings;
    private int freeNodes;

    ValueReader(RecordReader records, Findings findings) {
        this.records = records;
        this.findings = findings;
    }

    /** The value of a field that was left out and has no default. */
    static @Nullable Object absent(Type type) {
        Class<?> raw = Field.rawClass(type);
        if (raw == List.class) {
            return List.of();
        }
        return raw == Map.class ? Map.of() : null;
    }

    /** The value, or {@code null} after a problem. */
    @Nullable
    Object read(Field field, Type type, Node node, String path) {
        Class<?> raw = Field.rawClass(type);
        if (raw.isRecord()) {
            return records.readRecord(raw, node, path);
        }
        if (raw == List.class) {
            return readList(field, Field.elementType(type), node, path);
        }
        if (raw == Map.class) {
            return Field.elementType(type) == Object.class ? readFree(node, path) : readMap(field, node, path);
        }
        return readScalar(field, raw, node, path);
    }

    private @Nullable Object readScalar(Field field, Class<?> raw, Node node, String path) {
        if (raw.isEnum()) {
            return readEnum(raw, node, path);
        }
        if (raw == String.class) {
            return readText(field, node, path);
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return readBoolean(node, path);
        }
        Long number = readNumber(field, node, path);
        if (number == null) {
            return null;
        }
        return raw == long.class || raw == Long.class ? number : (Object) Math.toIntExact(number);
    }

    private @Nullable Object readEnum(Class<?> type, Node node, String path) {
        Map<String, Object> choices = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(
                        constant -> Field.spelling((Enum<?>) constant),
                        Function.identity(),
                        (first, second) -> first,
                        LinkedHashMap::new));
        Object chosen = node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR)
                ? choices.get(scalar.getValue())
                : null;
        if (chosen == null) {
            refuse(node, path, "is no choice here", "use one of " + String.join(", ", choices.keySet()));
        }
        return chosen;
    }

    private @Nullable Boolean readBoolean(Node node, String path) {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.valueOf(scalar.getValue());
        }
        refuse(node, path, "is neither true nor false", "write true or false");
        return null;
    }

    private @Nullable Long readNumber(Field field, Node node, String path) {
        Range range = field.mark(Range.class)
                .orElseThrow(() -> new AssertionError("number " + field.component() + " has no @Range"));
        String remedy = "give a whole number from " + range.min() + " to " + range.max();
        if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.INT)) {
            refuse(node, path, "is no whole number", remedy);
            return null;
        }
        try {
            long number = Long.decode(scalar.getValue().replaceFirst("^0o", "0"));
            if (number >= range.min() && number <= range.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Too large for a long: refused below like any number out of range.
        }
        refuse(node, path, "is out of range", remedy);
        return null;
    }

    private @Nullable String readText(Field field, Node node, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            refuse(node, path, "is no text", "write a text");
            return null;
        }
        String text = scalar.getValue();
        if (!scalar.getTag().equals(Tag.STR)) {
            refuse(node, path, "is a " + kind(scalar) + ", not a text", "write it in quotes: \"" + text + "\"");
            return null;
        }
        Text shape = field.mark(Text.class)
                .orElseThrow(() -> new AssertionError("text " + field.component() + " has no @Text"));
        int length = text.codePointCount(0, text.length());
        if (length > shape.max() || length < shape.min()) {
            String remedy = "give " + shape.min() + " to " + shape.max() + " characters";
            refuse(node, path, "has " + length + " characters", remedy);
            return null;
        }
        if (!shape.pattern().isEmpty()
                && !Pattern.compile(shape.pattern()).matcher(text).find()) {
            refuse(node, path, "does not match " + shape.pattern(), "give " + shape.shape());
            return null;
        }
        return text;
    }

    private @Nullable List<?> readList(Field field, Type elementType, Node node, String path) {
        if (!(node instanceof SequenceNode sequence)) {
            refuse(node, path, "is no list", "write entries, each after a dash");
            return null;
        }
        int before = findings.count();
        Items items = items(field);
        refuseCount(items, sequence.getValue().size(), node, path);
        List<@Nullable Object> list = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Node entry : sequence.getValue()) {
            String entryPath = path + "[" + list.size() + "]";
            list.add(read(field, elementType, entry, entryPath));
            String identity = identity(items, entry);
            if (identity != null && !seen.add(identity)) {
                String what = items.key().isEmpty()
                        ? "stands twice in the list"
                        : "has the " + items.key() + " of another entry";
                refuse(YamlNodes.line(entry), entryPath, "'" + identity + "' " + what, "keep one of them");
            }
        }
        return findings.count() > before ? null : Collections.unmodifiableList(list);
    }

    private static @Nullable String identity(Items items, Node entry) {
        if (items.distinct() && entry instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        if (items.key().isEmpty() || !(entry instanceof MappingNode mapping)) {
            return null;
        }
        return mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(items.key()))
                .map(tuple -> tuple.getValueNode() instanceof ScalarNode scalar ? scalar.getValue() : "")
                .findFirst()
                .orElse(null);
    }

    private @Nullable Map<String, String> readMap(Field field, Node node, String path) {
        if (!(node instanceof MappingNode mapping)) {
            refuse(node, path, "is no map", "write names and values");
            return null;
        }
        int before = findings.count();
        refuseCount(items(field), mapping.getValue().size(), node, path);
        Map<String, String> map = new LinkedHashMap<>();
        records.entries(mapping, path).forEach((name, value) -> {
            String text = readText(field, value, Findings.join(path, name));
            if (text != null) {
                map.put(name, text);
            }
        });
        return findings.count() > before ? null : Collections.unmodifiableMap(map);
    }

    /** An object whose fields are somebody else's: kept as it is, not held against anything. */
    private @Nullable Map<?, ?> readFree(Node node, String path) {
        if (!(node instanceof MappingNode)) {
            refuse(node, path, "is no object", "write fields, one a line");
            return null;
        }
        int before = findings.count();
        Object free = free(node, path, 0);
        return findings.count() > before ? null : (Map<?, ?>) free;
    }

    private @Nullable Object free(Node node, String path, int depth) {
        if (++freeNodes > FREE_NODES_MAX || depth > FREE_DEPTH_MAX) {
            if (freeNodes <= FREE_NODES_MAX + 1) {
                refuse(
                        YamlNodes.line(node),
                        path,
                        "the object is too large",
                        "stay below " + FREE_DEPTH_MAX + " levels and " + FREE_NODES_MAX + " values");
            }
            return null;
        }
        return switch (node) {
            case MappingNode mapping -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                records.entries(mapping, path)
                        .forEach((name, child) -> map.put(name, free(child, Findings.join(path, name), depth + 1)));
                yield Collections.unmodifiableMap(map);
            }
            case SequenceNode sequence -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (Node child : sequence.getValue()) {
                    list.add(free(child, path + "[" + list.size() + "]", depth + 1));
                }
                yield Collections.unmodifiableList(list);
            }
            case ScalarNode scalar -> freeScalar(scalar);
            default -> null;
        };
    }

    private static @Nullable Object freeScalar(ScalarNode scalar) {
        if (YamlNodes.isNull(scalar)) {
            return null;
        }
        return scalar.getTag().equals(Tag.BOOL) ? (Object) Boolean.valueOf(scalar.getValue()) : scalar.getValue();
    }

    private static Items items(Field field) {
        return field.mark(Items.class)
                .orElseThrow(() -> new AssertionError("collection " + field.component() + " has no @Items"));
    }

    private void refuseCount(Items items, int count, Node node, String path) {
        if (count > items.max() || count < items.min()) {
            String remedy = "give " + items.min() + " to " + items.max();
            refuse(YamlNodes.line(node), path, "has " + count + " entries", remedy);
        }
    }

    private void refuse(Node node, String path, String why, String remedy) {
        refuse(YamlNodes.line(node), path, show(node) + " " + why, remedy);
    }

    private void refuse(int line, String path, String what, String remedy) {
        findings.refuse(line, path, what, remedy);
    }

    private static String kind(ScalarNode scalar) {
        if (scalar.getTag().equals(Tag.BOOL)) {
            return "boolean";
        }
        return YamlNodes.isNull(scalar) ? "null" : "number";
    }

    /** A value as an error message shows it. */
    static String show(Node node) {
        return switch (node) {
            case ScalarNode scalar -> {
                String text = scalar.getValue();
                yield "'" + (text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "…" : text) + "'";
            }
            case SequenceNode sequence -> "a list of " + sequence.getValue().size();
            default -> "an object";
        };
    }
}
