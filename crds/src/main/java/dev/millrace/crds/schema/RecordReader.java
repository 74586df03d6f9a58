package dev.millrace.crds.schema;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Makes records of YAML nodes, holding them against the marks of their components. Every problem is reported, not only
 * the first; a value with a problem becomes {@code null} and so does what contains it, so that a record's own rules
 * ({@link Checked}) see well-formed records only.
 *
 * <p>Thread-safe: confined to the thread that reads the file. Its {@link Findings} bound what it keeps; the depth is
 * bounded by the records, and by {@link ValueReader} below them.
 */
public final class RecordReader {
    private final Findings findings;
    private final ValueReader values;

    public RecordReader(Findings findings) {
        this.findings = findings;
        this.values = new ValueReader(this, findings);
    }

    /** The record, or {@code null} after problems. */
    public <T extends Record> @Nullable T read(Class<T> type, Node node) {
        return type.cast(readRecord(type, node, ""));
    }

    @Nullable
    Object readRecord(Class<?> type, Node node, String path) {
        if (!(node instanceof MappingNode mapping)) {
            findings.refuse(
                    line(node), path, ValueReader.show(node) + " where fields belong", "give fields, one a line");
            return null;
        }
        int before = findings.count();
        Map<String, Node> given = entries(mapping, path);
        var fields = Arrays.stream(type.getRecordComponents()).map(Field::new).toList();
        refuseUnknown(type, fields, given, path);
        @Nullable Object[] arguments = new @Nullable Object[fields.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = readField(fields.get(i), given, mapping, path);
        }
        if (findings.count() > before) {
            return null;
        }
        return checked(construct(type, arguments), given, mapping, path);
    }

    private @Nullable Object readField(Field field, Map<String, Node> given, MappingNode parent, String path) {
        String fieldPath = Findings.join(path, field.name());
        Node node = given.get(field.name());
        if (node != null) {
            return values.read(field, field.type(), node, fieldPath);
        }
        if (field.defaultYaml().isPresent()) {
            return values.read(
                    field, field.type(), YamlNodes.ofText(field.defaultYaml().get()), fieldPath);
        }
        if (field.isRequired()) {
            String meaning = field.mark(Describe.class).map(Describe::value).orElse("");
            findings.refuse(line(parent), fieldPath, "is missing", "give it: " + meaning);
        }
        return ValueReader.absent(field.type());
    }

    private void refuseUnknown(Class<?> type, List<Field> fields, Map<String, Node> given, String path) {
        var names = fields.stream().map(Field::name).toList();
        var mark = type.getAnnotation(ServerWritten.class);
        Set<String> dropped = mark == null ? Set.of() : Set.of(mark.value());
        given.forEach((name, node) -> {
            if (!names.contains(name) && !dropped.contains(name)) {
                findings.refuse(
                        line(node),
                        Findings.join(path, name),
                        "is no field here",
                        "use one of " + String.join(", ", names));
            }
        });
    }

    private Object checked(Object record, Map<String, Node> given, MappingNode node, String path) {
        if (record instanceof Checked withRules) {
            Map<String, Integer> lines = new HashMap<>();
            given.forEach((name, child) -> lines.put(name, line(child)));
            withRules.check(findings.at(path, child -> {
                String first = child.split("[.\\[]", 2)[0];
                return lines.getOrDefault(first, line(node));
            }));
        }
        return record;
    }

    /** Entries in order; a null is the same as nothing given, as the API server has it. */
    Map<String, Node> entries(MappingNode mapping, String path) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                findings.refuse(
                        line(tuple.getKeyNode()), path, "a field name that is no text", "write a name and a colon");
                continue;
            }
            Node value = tuple.getValueNode();
            if (entries.containsKey(key.getValue())) {
                findings.refuse(line(key), Findings.join(path, key.getValue()), "is given twice", "keep one of them");
            } else if (!YamlNodes.isNull(value)) {
                entries.put(key.getValue(), value);
            }
        }
        return entries;
    }

    private static Object construct(Class<?> type, @Nullable Object[] arguments) {
        try {
            var types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError("record " + type + " refuses what its marks allow", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("record " + type + " cannot be made; it must be public", e);
        }
    }

    static int line(Node node) {
        return YamlNodes.line(node);
    }

    static boolean isRecord(Type type) {
        return Field.rawClass(type).isRecord();
    }
}
