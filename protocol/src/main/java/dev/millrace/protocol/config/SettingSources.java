package dev.millrace.protocol.config;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Reads settings from where they are written. A later source wins: file, then environment, then {@code --set}.
 *
 * <p>The environment prefix has the {@code _SET} in it because Kubernetes puts {@code <SERVICE>_PORT} variables into
 * every pod: a service called {@code millrace-namesrv} would otherwise set {@code namesrv.port} to a URL.
 */
final class SettingSources {
    static final String ENVIRONMENT_PREFIX = "MILLRACE_SET_";

    private SettingSources() {}

    /** A text and where it was written, for messages. */
    record Given(String text, String origin) {}

    static String environmentName(String key) {
        return ENVIRONMENT_PREFIX + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** The variables with our prefix. */
    static Map<String, String> environment(Map<String, String> all) {
        Map<String, String> ours = new TreeMap<>(all);
        ours.keySet().removeIf(name -> !name.startsWith(ENVIRONMENT_PREFIX));
        return ours;
    }

    static Map<String, Given> overrides(List<String> assignments) {
        Map<String, Given> values = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                problems.add("--set " + assignment + " names no value; write --set key=value");
            } else {
                String key = assignment.substring(0, equals).strip();
                values.put(key, new Given(assignment.substring(equals + 1).strip(), "--set"));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return values;
    }

    static Map<String, Given> file(Path path) {
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            String text = readAll(reader);
            return properties(new StringReader(text), "configuration file " + path);
        } catch (IOException e) {
            throw new ConfigException(
                    "configuration file " + path + " cannot be read (" + reason(e)
                            + "); name a readable UTF-8 properties file with --config",
                    e);
        }
    }

    private static String readAll(Reader reader) throws IOException {
        StringWriter text = new StringWriter();
        reader.transferTo(text);
        return text.toString();
    }

    /** @param source how messages call the text */
    static Map<String, Given> properties(StringReader text, String source) {
        FirstWins properties = new FirstWins();
        try {
            properties.load(text);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(
                    source + " is no properties text (" + e.getMessage() + "); write key=value lines", e);
        }
        if (!properties.twice.isEmpty()) {
            throw new ConfigException(properties.twice.stream()
                    .map(key -> key + " stands more than once in " + source + "; keep one line")
                    .toList());
        }
        Map<String, Given> values = new TreeMap<>();
        properties.forEach((key, value) ->
                values.put(key.toString(), new Given(value.toString().strip(), source)));
        return values;
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Properties that notice keys written twice; the JDK silently keeps the last. */
    private static final class FirstWins extends Properties {
        private static final long serialVersionUID = 1L;

        private final transient List<String> twice = new ArrayList<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            if (containsKey(key)) {
                twice.add(key.toString());
            }
            return super.put(key, value);
        }
    }
}
