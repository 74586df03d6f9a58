package dev.millrace.protocol.config;

import dev.millrace.protocol.config.SettingSources.Given;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one program as text, to be bound to its configuration records:
 *
 * <pre>{@code
 * Settings settings = Settings.read(file, System.getenv(), overrides);
 * StoreConfig store = settings.bind(StoreConfig.class);
 * BrokerConfig broker = settings.bind(BrokerConfig.class);
 * settings.checkAllUsed();
 * }</pre>
 *
 * <p>Every method throws {@link ConfigException} that lists all problems it can know of, each with key, value and
 * remedy.
 *
 * <p>Owner: the thread that starts the program.
 */
public final class Settings {
    private final Map<String, Given> values;
    private final Map<String, String> environment;
    private final Set<String> knownKeys = new HashSet<>();

    private Settings(Map<String, Given> values, Map<String, String> environment) {
        this.values = new TreeMap<>(values);
        this.environment = new TreeMap<>(environment);
    }

    /** Settings from a map, no other source. */
    public static Settings of(Map<String, String> values) {
        Map<String, Given> given = new TreeMap<>();
        values.forEach((key, value) -> given.put(key, new Given(value.strip(), "")));
        return new Settings(given, Map.of());
    }

    /**
     * Reads the sources of a program; a later one wins.
     *
     * @param file UTF-8 properties, or null for none
     * @param environment all variables; those named {@code MILLRACE_SET_STORE_FLUSH_INTERVAL} are read
     * @param overrides {@code key=value} each, from {@code --set}
     */
    public static Settings read(@Nullable Path file, Map<String, String> environment, List<String> overrides) {
        Map<String, Given> given = new TreeMap<>();
        if (file != null) {
            given.putAll(SettingSources.file(file));
        }
        Map<String, Given> fromCommandLine = SettingSources.overrides(overrides);
        Map<String, String> variables = SettingSources.environment(environment);
        fromCommandLine.keySet().forEach(key -> variables.remove(SettingSources.environmentName(key)));
        given.putAll(fromCommandLine);
        return new Settings(given, variables);
    }

    /** Binds one record that must use every key of the map. */
    public static <R extends Record> R bind(Class<R> type, Map<String, String> values) {
        Settings settings = of(values);
        RecordBinding<R> binding = new RecordBinding<>(type, settings.values);
        settings.know(type);
        List<String> problems = new ArrayList<>(settings.unknown());
        R bound = binding.bind(problems);
        if (bound == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return bound;
    }

    /** Binds the keys of one record; keys of other records are left alone until {@link #checkAllUsed}. */
    public <R extends Record> R bind(Class<R> type) {
        know(type);
        List<String> problems = new ArrayList<>();
        R bound = new RecordBinding<>(type, values).bind(problems);
        if (bound == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return bound;
    }

    /** Binds all records of a program, and reports the problems of all of them and all unknown keys at once. */
    public Bound bindAll(List<Class<? extends Record>> types) {
        List<String> problems = new ArrayList<>();
        types.forEach(this::know);
        Map<Class<?>, Record> records = new HashMap<>();
        for (Class<? extends Record> type : types) {
            Record bound = new RecordBinding<>(type, values).bind(problems);
            if (bound != null) {
                records.put(type, bound);
            }
        }
        problems.addAll(unknown());
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Bound(records);
    }

    /** The records of one program. Thread-safe: immutable. */
    public static final class Bound {
        private final Map<Class<?>, Record> records;

        private Bound(Map<Class<?>, Record> records) {
            this.records = Map.copyOf(records);
        }

        public <R extends Record> R get(Class<R> type) {
            Record bound = records.get(type);
            if (bound == null) {
                throw new AssertionError(type.getName() + " was not bound; name it in bindAll");
            }
            return type.cast(bound);
        }
    }

    /** Throws if a key or one of our environment variables belongs to no record bound so far. */
    public void checkAllUsed() {
        List<String> problems = unknown();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** All settings of a record as text, by key: what the program runs with. {@link #bind} reads it back. */
    public static Map<String, String> describe(Record config) {
        return RecordBinding.describe(config);
    }

    /** Reads properties text, as administration requests carry it. */
    public static Map<String, String> parse(String properties) {
        Map<String, String> texts = new TreeMap<>();
        SettingSources.properties(new StringReader(properties), "the text")
                .forEach((key, given) -> texts.put(key, given.text()));
        return texts;
    }

    private void know(Class<?> type) {
        for (SettingInfo info : SettingInfo.of(type)) {
            knownKeys.add(info.key());
            String fromEnvironment = environment.remove(info.environmentName());
            if (fromEnvironment != null) {
                values.put(info.key(), new Given(fromEnvironment.strip(), info.environmentName()));
            }
        }
        for (Removed removed : type.getAnnotationsByType(Removed.class)) {
            knownKeys.add(removed.key());
        }
    }

    private List<String> unknown() {
        Map<String, String> problems = new LinkedHashMap<>();
        values.forEach((key, given) -> {
            if (!knownKeys.contains(key)) {
                problems.put(key, "unknown setting " + shown(key, given) + "; " + remedyForUnknown(key));
            }
        });
        environment.forEach((name, value) -> problems.put(
                name,
                "unknown setting in environment variable " + name + "=" + value
                        + "; take the name from docs/configuration.md"));
        return List.copyOf(problems.values());
    }

    private String remedyForUnknown(String key) {
        return Spelling.nearest(key, knownKeys)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("remove it, or take the name from docs/configuration.md");
    }

    static String shown(String key, Given given) {
        return key + "=" + given.text() + (given.origin().isEmpty() ? "" : " (" + given.origin() + ")");
    }
}
