package dev.millrace.protocol.config;

import dev.millrace.protocol.config.SettingSources.Given;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts into one configuration record. What the record's own constructor refuses (an impossible combination) is
 * reported with the keys that were set.
 *
 * <p>Owner: the thread that starts the program.
 */
final class RecordBinding<R extends Record> {
    private final Class<R> type;
    private final Map<String, Given> values;

    RecordBinding(Class<R> type, Map<String, Given> values) {
        this.type = type;
        this.values = values;
    }

    /** Null when a problem was added. */
    @Nullable
    R bind(List<String> problems) {
        int before = problems.size();
        for (Removed removed : type.getAnnotationsByType(Removed.class)) {
            Given given = values.get(removed.key());
            if (given != null) {
                problems.add(Settings.shown(removed.key(), given) + " was removed in " + removed.since() + "; "
                        + removed.remedy());
            }
        }
        RecordComponent[] components = type.getRecordComponents();
        List<SettingInfo> infos = SettingInfo.of(type);
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = value(infos.get(i), SettingType.of(components[i].getGenericType()), problems);
        }
        return problems.size() > before ? null : construct(components, arguments, problems);
    }

    static Map<String, String> describe(Record config) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            if (setting != null) {
                Object value = read(config, component.getAccessor());
                texts.put(
                        setting.key(),
                        SettingType.of(component.getGenericType()).format().apply(value));
            }
        }
        return texts;
    }

    private @Nullable Object value(SettingInfo info, SettingType settingType, List<String> problems) {
        Given given = values.get(info.key());
        if (given == null && info.isRequired()) {
            problems.add(info.key() + " is not set and has no default; set it to a " + info.typeName());
            return null;
        }
        Object byDefault = info.isRequired() ? null : declared(info, settingType, info.defaultValue());
        if (given == null) {
            return byDefault;
        }
        try {
            Object value = settingType.parse().apply(given.text());
            checkRange(info, settingType, value);
            return value;
        } catch (IllegalArgumentException e) {
            problems.add(Settings.shown(info.key(), given) + " cannot be used; " + e.getMessage());
            return null;
        }
    }

    private void checkRange(SettingInfo info, SettingType settingType, Object value) {
        boolean tooLow = !info.min().isEmpty() && compare(value, declared(info, settingType, info.min())) < 0;
        boolean tooHigh = !info.max().isEmpty() && compare(value, declared(info, settingType, info.max())) > 0;
        if (!tooLow && !tooHigh) {
            return;
        }
        String low = info.min().isEmpty() ? "" : "at least " + info.min();
        String high = info.max().isEmpty() ? "" : "at most " + info.max();
        String between = low.isEmpty() || high.isEmpty() ? "" : " and ";
        throw new IllegalArgumentException("use " + low + between + high);
    }

    /** A default or limit written in the annotation; a bad one is our mistake, not the user's. */
    private Object declared(SettingInfo info, SettingType settingType, String text) {
        try {
            return settingType.parse().apply(text);
        } catch (IllegalArgumentException e) {
            throw new AssertionError(
                    type.getName() + " declares " + info.key() + " with the unusable text \"" + text + "\"; "
                            + e.getMessage(),
                    e);
        }
    }

    @SuppressWarnings("unchecked") // both come from the same parser
    private static int compare(Object value, Object limit) {
        return ((Comparable<Object>) value).compareTo(limit);
    }

    private @Nullable R construct(RecordComponent[] components, @Nullable Object[] arguments, List<String> problems) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                problems.add(refused.getMessage() + " (" + given() + ")");
                return null;
            }
            throw new AssertionError(type.getName() + " cannot be made from its settings", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName() + " has no canonical constructor to call", e);
        }
    }

    /** The keys of this record that somebody set, for a refused combination. */
    private String given() {
        List<String> keys = SettingInfo.of(type).stream().map(SettingInfo::key).toList();
        String set = keys.stream()
                .filter(values::containsKey)
                .map(key -> Settings.shown(key, values.getOrDefault(key, new Given("", ""))))
                .collect(Collectors.joining(", "));
        return set.isEmpty() ? "none of " + String.join(", ", keys) + " is set" : "set: " + set;
    }

    private static Object read(Record config, Method accessor) {
        try {
            accessor.setAccessible(true);
            return accessor.invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(config.getClass().getName() + "." + accessor.getName() + " cannot be read", e);
        }
    }
}
