package dev.millrace.broker.files;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.codec.BodyJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON file of the broker's state, as RocketMQ lays it out: the last whole content under its name, the one before
 * under {@code .bak}. A crash leaves one of the two whole: new content is forced under {@code .tmp}, the old is renamed
 * to {@code .bak}, the new takes its name.
 *
 * <p>Owner: one writer.
 */
public final class StateFile<T extends Record> implements StateTable<T> {
    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

    private final Path file;
    private final Path backup;
    private final Path fresh;
    private final Class<T> type;

    public StateFile(Path file, Class<T> type) {
        this.file = file;
        this.backup = file.resolveSibling(file.getFileName() + ".bak");
        this.fresh = file.resolveSibling(file.getFileName() + ".tmp");
        this.type = type;
    }

    /** The content, from the backup if the file is missing, empty or unreadable; empty if there is neither. */
    @Override
    public Optional<T> read() {
        return read(file).or(() -> read(backup));
    }

    private Optional<T> read(Path path) {
        try {
            byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
            return bytes.length == 0 ? Optional.empty() : Optional.of(BodyJson.read(type, bytes));
        } catch (IOException | ProtocolException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("state file {} can't be read, trying its backup", path);
            return Optional.empty();
        }
    }

    /**
     * Replaces the content; it is on disk when this returns.
     *
     * @throws StateFileException if that fails; the old content stays
     */
    @Override
    public void write(T content) {
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(BodyJson.write(content));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (Files.exists(file)) {
                Files.move(file, backup, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateFileException(
                    "can't write " + file + ": " + e.getMessage() + "; free space or make the folder writable", e);
        }
    }
}
