package dev.millrace.protocol.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All topics of a broker with the version of the table: its {@code topics.json} and what it registers. */
public record TopicConfigTable(@Nullable DataVersion dataVersion, Map<String, TopicConfig> topicConfigTable) {
    public TopicConfigTable {
        dataVersion = dataVersion == null ? DataVersion.NONE : dataVersion;
        topicConfigTable = Map.copyOf(topicConfigTable);
    }

    /** The version; a table without one has {@link DataVersion#NONE}. */
    public DataVersion version() {
        return dataVersion == null ? DataVersion.NONE : dataVersion;
    }
}
