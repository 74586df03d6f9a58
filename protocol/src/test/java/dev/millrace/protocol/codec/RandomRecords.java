package dev.millrace.protocol.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Makes records of any type, filled at random; nullable components are null one time in three. */
final class RandomRecords {
    private static final String[] PIECES = {
        "a", "Topic", "0", "\"", "\\", "\u0001", "\u0002", "\n", "ä", "話", "😀", " ", "{", "}", ":", ",", "/", "\u007f",
        "%RETRY%"
    };

    private final SplittableRandom random;

    RandomRecords(long seed) {
        this.random = new SplittableRandom(seed);
    }

    Record record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            boolean isNullable = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
            values[i] = isNullable && random.nextInt(3) == 0 ? null : value(components[i].getGenericType());
        }
        return (Record) BodyJson.construct(type, types, values, type.getSimpleName());
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType collection) {
            return collection(collection);
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted.isRecord()) {
            return record(wanted);
        }
        if (wanted == int.class || wanted == Integer.class) {
            return random.nextInt() >> random.nextInt(32);
        }
        if (wanted == long.class || wanted == Long.class) {
            return random.nextLong() >> random.nextInt(64);
        }
        if (wanted == double.class) {
            return random.nextInt(1000) / 4.0;
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return random.nextBoolean();
        }
        if (wanted.isEnum()) {
            return wanted.getEnumConstants()[random.nextInt(wanted.getEnumConstants().length)];
        }
        if (wanted == ByteBuffer.class) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            return ByteBuffer.wrap(bytes);
        }
        return text();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private Object collection(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        int count = random.nextInt(4);
        if (type.getRawType() == Map.class) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                map.put(value(arguments[0]), value(arguments[1]));
            }
            return map;
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(value(arguments[0]));
        }
        return type.getRawType() == Set.class ? new LinkedHashSet<>(items) : items;
    }
}
