package dev.millrace.protocol.config;

import java.util.List;
import java.util.Locale;

/** Writes docs/configuration.md from the configuration records, so that the page cannot disagree. Stateless. */
public final class ConfigDocs {
    private static final String HEAD = """
            # Configuration

            Generated from the configuration records; change the record, not this page.

            A program reads a UTF-8 properties file (`--config FILE`), then environment variables
            (`MILLRACE_SET_STORE_FLUSH_INTERVAL` for `store.flush.interval`), then `--set key=value`; the later one wins.
            Durations are written `500ms`, `3s`, `2m`, `72h`; sizes `512B`, `64KiB`, `16MiB`, `1GiB`; lists with `;` between.
            Unknown keys, values out of range and impossible combinations stop the start and say what to write.

            *Change* says what it takes: `hot` at once, `restart` at the next start, `immutable` fixed once data is stored.
            """;

    private ConfigDocs() {}

    /** One section for each record, in the order given; ends with one line break. */
    public static String markdown(List<Class<?>> configRecords) {
        StringBuilder page = new StringBuilder(HEAD);
        for (Class<?> type : configRecords) {
            page.append('\n').append(section(type));
        }
        return page.toString();
    }

    /** The part of the page about one record: what a module's own test looks for in the page. */
    public static String section(Class<?> type) {
        StringBuilder page = new StringBuilder();
        page.append("## ").append(type.getSimpleName()).append("\n\n");
        page.append("| Key | Type | Default | Range | Change | What it does |\n|---|---|---|---|---|---|\n");
        for (SettingInfo info : SettingInfo.of(type)) {
            page.append("| `").append(info.key()).append("` | ").append(info.typeName());
            page.append(" | ").append(byDefault(info)).append(" | ").append(range(info));
            page.append(" | ").append(info.change().name().toLowerCase(Locale.ROOT));
            page.append(" | ").append(cell(info.description())).append(" |\n");
        }
        Removed[] removed = type.getAnnotationsByType(Removed.class);
        if (removed.length > 0) {
            page.append("\nRemoved:\n\n");
        }
        for (Removed gone : removed) {
            page.append("* `").append(gone.key()).append("`, since ").append(gone.since());
            page.append(": ").append(gone.remedy()).append(".\n");
        }
        return page.toString();
    }

    private static String byDefault(SettingInfo info) {
        if (info.isRequired()) {
            return "required";
        }
        return info.defaultValue().isEmpty() ? "empty" : "`" + cell(info.defaultValue()) + "`";
    }

    private static String range(SettingInfo info) {
        if (info.min().isEmpty() && info.max().isEmpty()) {
            return "";
        }
        if (info.max().isEmpty()) {
            return "≥ " + info.min();
        }
        return info.min().isEmpty() ? "≤ " + info.max() : info.min() + " – " + info.max();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }
}
