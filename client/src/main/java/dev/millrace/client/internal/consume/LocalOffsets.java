package dev.millrace.client.internal.consume;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.OffsetTable;
import dev.millrace.client.internal.pull.QueueOffsets;
import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.route.MessageQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Offsets of one broadcasting member in the file {@code <folder>/<group>.json}: {@code {"offsetTable":{<queue>:<offset>}}}
 * as RocketMQ writes it. A new file takes the old one's place, so a crash leaves one of the two.
 *
 * <p>Owner: the upkeep thread.
 */
final class LocalOffsets implements OffsetStore {
    private final QueueOffsets remote;
    private final StartFrom startFrom;
    private final Path file;
    private final Map<MessageQueue, Long> known = new HashMap<>();

    LocalOffsets(QueueOffsets remote, StartFrom startFrom, Path folder, String group) {
        this.remote = remote;
        this.startFrom = startFrom;
        this.file = folder.resolve(group + ".json");
        if (Files.exists(file)) {
            try {
                known.putAll(BodyJson.read(OffsetTable.class, Files.readAllBytes(file))
                        .offsetTable());
            } catch (IOException | BadFieldException e) {
                throw new ClientException(
                        ErrorCode.INVALID_ARGUMENT,
                        "offsets in " + file + " can't be read: " + e.getMessage() + "; repair or delete the file",
                        e);
            }
        }
    }

    @Override
    public Map<TopicQueue, Long> starts(List<TopicQueue> queues) {
        Map<TopicQueue, CompletableFuture<Long>> asked = new LinkedHashMap<>();
        for (TopicQueue queue : queues) {
            Long stored = known.get(key(queue));
            asked.put(
                    queue,
                    stored == null ? remote.startWithout(queue, startFrom) : CompletableFuture.completedFuture(stored));
        }
        return GroupOffsets.answers(asked);
    }

    private static MessageQueue key(TopicQueue queue) {
        return new MessageQueue(queue.broker(), queue.queueId(), queue.topic());
    }

    @Override
    public void store(Map<TopicQueue, Long> changed) {
        changed.forEach((queue, offset) -> known.put(key(queue), offset));
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, BodyJson.write(new OffsetTable(known)));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ClientException(
                    ErrorCode.NOT_AVAILABLE,
                    "offsets can't be written to " + file + ": " + e + "; make the folder writable",
                    e);
        }
    }
}
