package dev.millrace.protocol.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How text becomes a value of one type and back. {@code parse} throws IllegalArgumentException whose message is the
 * remedy ("write a duration such as ...").
 *
 * <p>Thread-safe: immutable.
 */
record SettingType(String name, Function<String, Object> parse, Function<Object, String> format) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,15}) ?(ms|s|m|h|d)");
    private static final String DURATION_REMEDY = "write a duration such as 500ms, 3s, 2m or 72h";
    private static final String LIST_SEPARATOR = ";";

    static SettingType of(Type type) {
        if (type instanceof ParameterizedType list
                && list.getRawType() == List.class
                && list.getActualTypeArguments()[0] == String.class) {
            return new SettingType("list, separated by `;`", SettingType::parseList, SettingType::formatList);
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return new SettingType(
                    names(plain).replace(", ", " \\| "), text -> parseEnum(plain, text), SettingType::formatEnum);
        }
        if (type == Duration.class) {
            return new SettingType("duration", SettingType::parseDuration, value -> formatDuration((Duration) value));
        }
        if (type == ByteSize.class) {
            return new SettingType("size", ByteSize::parse, Object::toString);
        }
        if (type == Path.class) {
            return new SettingType("path", SettingType::parsePath, Object::toString);
        }
        if (type == String.class) {
            return new SettingType("text", text -> text, Object::toString);
        }
        return primitive(type);
    }

    private static SettingType primitive(Type type) {
        if (type == int.class) {
            return new SettingType(
                    "int", text -> number(Integer::valueOf, text, "write a whole number below 2^31"), Object::toString);
        }
        if (type == long.class) {
            return new SettingType(
                    "long", text -> number(Long::valueOf, text, "write a whole number below 2^63"), Object::toString);
        }
        if (type == double.class) {
            return new SettingType("number", SettingType::parseDouble, Object::toString);
        }
        if (type == boolean.class) {
            return new SettingType("true \\| false", SettingType::parseBoolean, Object::toString);
        }
        throw new AssertionError("no setting can have the type " + type.getTypeName()
                + "; use int, long, double, boolean, String, Duration, ByteSize, Path, an enum or List<String>");
    }

    private static Object number(Function<String, Object> parser, String text, String remedy) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(remedy, e);
        }
    }

    private static Object parseDouble(String text) {
        Object value = number(Double::valueOf, text, "write a number such as 0.75");
        if (!Double.isFinite((Double) value)) {
            throw new IllegalArgumentException("write a finite number such as 0.75");
        }
        return value;
    }

    private static Object parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("write true or false");
        };
    }

    private static Object parsePath(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("write a path of this system: " + e.getReason(), e);
        }
    }

    private static Object parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(DURATION_REMEDY);
        }
        long count = Long.parseLong(matcher.group(1));
        try {
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(DURATION_REMEDY, e);
        }
    }

    private static String formatDuration(Duration value) {
        long millis = value.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0 || seconds == 0) {
            return seconds + "s";
        }
        return seconds % 3600 != 0 ? seconds / 60 + "m" : seconds / 3600 + "h";
    }

    private static Object parseEnum(Class<?> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> ((Enum<?>) constant).name().equalsIgnoreCase(text.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("write one of " + names(type)));
    }

    private static String formatEnum(Object value) {
        return ((Enum<?>) value).name();
    }

    private static String names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(SettingType::formatEnum)
                .collect(Collectors.joining(", "));
    }

    private static Object parseList(String text) {
        return Arrays.stream(text.split(LIST_SEPARATOR, -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static String formatList(Object value) {
        return ((List<?>) value).stream().map(String::valueOf).collect(Collectors.joining(LIST_SEPARATOR));
    }
}
