package dev.millrace.protocol.body;

import dev.millrace.protocol.route.DataVersion;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All consumer groups of a broker with the version of the table: its {@code subscriptionGroup.json}. */
public record GroupConfigTable(
        @Nullable DataVersion dataVersion,
        Map<String, Map<String, Integer>> forbiddenTable,
        Map<String, GroupConfig> subscriptionGroupTable) {
    public GroupConfigTable {
        dataVersion = dataVersion == null ? DataVersion.NONE : dataVersion;
        forbiddenTable = Map.copyOf(forbiddenTable);
        subscriptionGroupTable = Map.copyOf(subscriptionGroupTable);
    }
}
