package dev.millrace.protocol.codec;

import dev.millrace.protocol.BadFieldException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records to JSON bodies and back: a component is a member of the same name. Absent numbers are 0, absent collections
 * empty, anything else absent is null where the record allows it and refused where not. Writing leaves nulls out, quotes number keys (every reader accepts that), and
 * writes record keys as raw objects. Source: docs/protocol.md, section "JSON bodies".
 *
 * <p>Thread-safe. Not for hot paths.
 */
public final class BodyJson {
    private static final Map<Class<?>, RecordComponent[]> COMPONENTS = new ConcurrentHashMap<>();

    private BodyJson() {}

    /** @throws BadFieldException if the body is no JSON or does not fit the record */
    public static <T extends Record> T read(Class<T> type, ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(body.position(), bytes);
        return read(type, bytes);
    }

    /** @throws BadFieldException if the body is no JSON or does not fit the record */
    public static <T extends Record> T read(Class<T> type, byte[] body) {
        if (body.length == 0) {
            throw new BadFieldException("a body with " + type.getSimpleName() + " in JSON is missing");
        }
        Object value = convert(JsonReader.read(body), type, type.getSimpleName());
        if (value == null) {
            throw new BadFieldException("body is null where " + type.getSimpleName() + " belongs");
        }
        return type.cast(value);
    }

    /** The record as UTF-8 JSON on one line. */
    public static byte[] write(Object value) {
        StringBuilder text = new StringBuilder(256);
        append(text, value);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable Object convert(@Nullable Object tree, Type type, String path) {
        if (type instanceof ParameterizedType) {
            return convertCollection(tree, (ParameterizedType) type, path);
        }
        Class<?> wanted = (Class<?>) type;
        if (tree == null) {
            return absent(wanted);
        }
        if (wanted.isRecord()) {
            return convertRecord(tree, wanted, path);
        }
        if (wanted == String.class) {
            return tree instanceof Map || tree instanceof List ? text(tree) : String.valueOf(tree);
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return Boolean.valueOf(String.valueOf(tree));
        }
        if (wanted.isEnum()) {
            return constant(wanted, String.valueOf(tree), path);
        }
        return number(tree, wanted, path);
    }

    private static String text(Object tree) {
        StringBuilder text = new StringBuilder();
        append(text, tree);
        return text.toString();
    }

    private static @Nullable Object absent(Class<?> type) {
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == double.class) {
            return 0.0;
        }
        return type == boolean.class ? Boolean.FALSE : null;
    }

    private static Object number(Object tree, Class<?> wanted, String path) {
        try {
            if (wanted == double.class || wanted == Double.class) {
                return Double.valueOf(String.valueOf(tree));
            }
            long value = tree instanceof Number ? ((Number) tree).longValue() : Long.parseLong(String.valueOf(tree));
            if (wanted == long.class || wanted == Long.class) {
                return value;
            }
            return Math.toIntExact(value);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new BadFieldException("body member " + path + " is '" + tree + "', not a number in range", e);
        }
    }

    private static @Nullable Object constant(Class<?> wanted, String name, String path) {
        for (Object constant : wanted.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new BadFieldException(
                "body member " + path + " is '" + name + "', not one of " + List.of(wanted.getEnumConstants()));
    }

    private static Object convertCollection(@Nullable Object tree, ParameterizedType type, String path) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Map.class) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : members(tree, path).entrySet()) {
                Object key = convert(entry.getKey(), arguments[0], path + " key");
                Object value = convert(entry.getValue(), arguments[1], path + "." + entry.getKey());
                if (key != null && value != null) {
                    map.put(key, value);
                }
            }
            return map;
        }
        Collection<Object> items = type.getRawType() == Set.class ? new LinkedHashSet<>() : new ArrayList<>();
        if (tree != null && !(tree instanceof List)) {
            throw new BadFieldException("body member " + path + " is no list");
        }
        for (Object item : tree == null ? List.of() : (List<?>) tree) {
            Object value = convert(item, arguments[0], path + "[]");
            if (value != null) {
                items.add(value);
            }
        }
        return items;
    }

    private static Map<?, ?> members(@Nullable Object tree, String path) {
        if (tree == null) {
            return Map.of();
        }
        if (!(tree instanceof Map)) {
            throw new BadFieldException("body member " + path + " is no object");
        }
        return (Map<?, ?>) tree;
    }

    private static Object convertRecord(Object tree, Class<?> type, String path) {
        Map<?, ?> members = members(tree instanceof String ? quotedObject((String) tree, path) : tree, path);
        RecordComponent[] components = components(type);
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            types[i] = components[i].getType();
            values[i] = convert(members.get(name), components[i].getGenericType(), path + "." + name);
            if (values[i] == null && !components[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw new BadFieldException("body member " + path + "." + name + " is missing; send it");
            }
        }
        return construct(type, types, values, path);
    }

    /** Some writers put an object that is a member name into quotes. */
    private static @Nullable Object quotedObject(String text, String path) {
        if (!text.startsWith("{")) {
            throw new BadFieldException("body member " + path + " is text where an object belongs");
        }
        return JsonReader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    static Object construct(Class<?> type, Class<?>[] types, @Nullable Object[] values, String path) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new BadFieldException(path + ": " + e.getTargetException().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("record " + type + " can't be made", e);
        }
    }

    static RecordComponent[] components(Class<?> type) {
        return COMPONENTS.computeIfAbsent(type, Class::getRecordComponents);
    }

    static @Nullable Object valueOf(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("component " + component + " can't be read", e);
        }
    }

    private static void append(StringBuilder text, @Nullable Object value) {
        if (value instanceof Map) {
            appendMap(text, (Map<?, ?>) value);
        } else if (value instanceof Collection) {
            String separator = "";
            text.append('[');
            for (Object item : (Collection<?>) value) {
                text.append(separator);
                append(text, item);
                separator = ",";
            }
            text.append(']');
        } else if (value instanceof Record) {
            appendRecord(text, (Record) value);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            JsonText.quote(text, value instanceof Enum ? ((Enum<?>) value).name() : String.valueOf(value));
        }
    }

    private static void appendMap(StringBuilder text, Map<?, ?> map) {
        String separator = "";
        text.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(separator);
            separator = ",";
            if (entry.getKey() instanceof Record || entry.getKey() instanceof Map) {
                append(text, entry.getKey());
            } else {
                JsonText.quote(text, String.valueOf(entry.getKey()));
            }
            text.append(':');
            append(text, entry.getValue());
        }
        text.append('}');
    }

    private static void appendRecord(StringBuilder text, Record value) {
        String separator = "";
        text.append('{');
        for (RecordComponent component : components(value.getClass())) {
            Object member = valueOf(component, value);
            if (member != null) {
                text.append(separator);
                separator = ",";
                JsonText.quote(text, component.getName());
                text.append(':');
                append(text, member);
            }
        }
        text.append('}');
    }
}
