package dev.millrace.namesrv;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param file settings, or null for none
 * @param overrides {@code key=value} each
 */
record Arguments(@Nullable Path file, List<String> overrides, boolean wantsHelp) {
    static final String USAGE = """
            usage: NamesrvMain [--config FILE] [--set key=value]...
              --config FILE     UTF-8 properties file
              --set key=value   overrides the file and the environment; several times
              --help            this text
            Settings: docs/configuration.md
            """;

    /** @throws IllegalArgumentException if a word has no meaning here, with the remedy */
    static Arguments parse(String... words) {
        Path file = null;
        List<String> overrides = new ArrayList<>();
        boolean wantsHelp = false;
        for (int i = 0; i < words.length; i++) {
            switch (words[i]) {
                case "--config" -> file = Path.of(value(words, ++i));
                case "--set" -> overrides.add(value(words, ++i));
                case "--help" -> wantsHelp = true;
                default ->
                    throw new IllegalArgumentException(
                            "'" + words[i] + "' is no option; use --config FILE, --set key=value or --help");
            }
        }
        return new Arguments(file, List.copyOf(overrides), wantsHelp);
    }

    private static String value(String[] words, int at) {
        if (at == words.length) {
            throw new IllegalArgumentException(words[at - 1] + " needs a value behind it; see --help");
        }
        return words[at];
    }
}
