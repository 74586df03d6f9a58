package dev.millrace.broker.journal;

import dev.millrace.broker.delay.DelayAgent.DelayOffsets;
import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.files.StateTable;
import dev.millrace.protocol.body.ConsumerOffsets;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.route.TopicConfigTable;
import java.nio.file.Path;

/**
 * Where a broker keeps what does not follow from the messages in its log. Thread-safe: immutable; one writer for each table.
 *
 * @param delays progress of the delay levels
 * @param modes how consumer groups consume
 */
public record StateTables(
        StateTable<TopicConfigTable> topics,
        StateTable<GroupConfigTable> groups,
        StateTable<ConsumerOffsets> offsets,
        StateTable<DelayOffsets> delays,
        StateTable<RequestModes> modes) {

    /** For a broker that stands alone: RocketMQ's files. */
    public static StateTables inFiles(Path folder) {
        return new StateTables(
                new StateFile<>(folder.resolve("topics.json"), TopicConfigTable.class),
                new StateFile<>(folder.resolve("subscriptionGroup.json"), GroupConfigTable.class),
                new StateFile<>(folder.resolve("consumerOffset.json"), ConsumerOffsets.class),
                new StateFile<>(folder.resolve("delayOffset.json"), DelayOffsets.class),
                new StateFile<>(folder.resolve("messageRequestMode.json"), RequestModes.class));
    }

    /** Whether they are in the log of a broker group. */
    public boolean isInLog() {
        return topics.isInLog();
    }
}
