package dev.millrace.protocol.codec;

import dev.millrace.protocol.command.Body;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records to header fields and back by component name: what every command uses that is not on a hot path. A component
 * that may not be null is required; one marked {@link Body} is the frame's body.
 *
 * <p>Thread-safe.
 */
public final class HeaderRecords {
    /** Components whose wire name is no Java name, or is spelled unlike our words. */
    private static final Map<String, String> WIRE_NAMES = Map.of(
            "isUniqueKeyQuery", "_UNIQUE_KEY_QUERY",
            "isSupportHeartBeatV2", "IS_SUPPORT_HEART_BEAT_V2",
            "isSubChange", "IS_SUB_CHANGE");

    private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

    private HeaderRecords() {}

    private record Shape(Part[] parts, Class<?>[] types) {
        static Shape of(Class<?> type) {
            RecordComponent[] components = BodyJson.components(type);
            Part[] parts = new Part[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                parts[i] = Part.of(components[i]);
            }
            return new Shape(parts, types);
        }
    }

    private record Part(RecordComponent component, String wireName, boolean isBody, boolean isRequired) {
        static Part of(RecordComponent component) {
            boolean isNullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            String name = component.getName();
            return new Part(
                    component,
                    WIRE_NAMES.getOrDefault(name, name),
                    component.isAnnotationPresent(Body.class),
                    !isNullable);
        }
    }

    /**
     * The record that these fields and this body make.
     *
     * @throws dev.millrace.protocol.BadFieldException if a required field is missing or a value has no sense
     */
    public static <T extends Record> T decode(Class<T> type, HeaderFields fields, ByteBuffer body) {
        Shape shape = SHAPES.computeIfAbsent(type, Shape::of);
        @Nullable Object[] values = new @Nullable Object[shape.parts.length];
        for (int i = 0; i < values.length; i++) {
            Part part = shape.parts[i];
            values[i] = part.isBody ? body(shape.types[i], body) : field(shape.types[i], part, fields);
        }
        return type.cast(BodyJson.construct(type, shape.types, values, type.getSimpleName()));
    }

    /** Writes all components but the body as fields; nulls are left out. */
    public static void encode(Record value, HeaderWriter into) {
        for (Part part : SHAPES.computeIfAbsent(value.getClass(), Shape::of).parts) {
            if (part.isBody) {
                continue;
            }
            Object component = BodyJson.valueOf(part.component, value);
            if (component instanceof Long || component instanceof Integer) {
                into.field(part.wireName, ((Number) component).longValue());
            } else if (component != null) {
                into.field(part.wireName, component.toString());
            }
        }
    }

    /** The body that the record carries; an empty buffer if it carries none. */
    public static ByteBuffer bodyOf(Record value) {
        for (Part part : SHAPES.computeIfAbsent(value.getClass(), Shape::of).parts) {
            if (part.isBody) {
                Object body = BodyJson.valueOf(part.component, value);
                if (body instanceof ByteBuffer) {
                    return ((ByteBuffer) body).duplicate();
                }
                return body == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(BodyJson.write(body));
            }
        }
        return ByteBuffer.allocate(0);
    }

    private static Object body(Class<?> type, ByteBuffer body) {
        return type == ByteBuffer.class ? body : BodyJson.read(type.asSubclass(Record.class), body);
    }

    private static @Nullable Object field(Class<?> type, Part part, HeaderFields fields) {
        String name = part.wireName;
        if (!part.isRequired && !fields.hasValue(name)) {
            return null;
        }
        if (type == String.class) {
            return fields.requiredName(name);
        }
        if (type == long.class || type == Long.class) {
            return fields.requiredLong(name);
        }
        if (type == int.class || type == Integer.class) {
            return fields.requiredInt(name);
        }
        return fields.booleanOr(name, false);
    }
}
