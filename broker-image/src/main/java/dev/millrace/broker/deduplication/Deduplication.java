package dev.millrace.broker.deduplication;

import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicWatcher;
import dev.millrace.broker.topic.WindowSetting;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import dev.millrace.store.MessageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The de-duplication windows of all topics. What they remember follows from the log: a start reads the log again from the
 * oldest message that a window held, whose position is in {@code deduplication.json}; any older position does as well.
 *
 * <p>Thread-safe. The opening thread, then the dispatch thread follow the log; {@link #save} is called by one thread.
 */
public final class Deduplication implements LogFollower, TopicWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Deduplication.class);
    private static final byte[] REAL_TOPIC = ascii(PropertyNames.REAL_TOPIC);
    /** Messages for other topics wait here. */
    private static final byte[][] WAITING = {ascii(TopicNames.HALF), ascii(TopicNames.SCHEDULE), ascii(TopicNames.TIMER)
    };

    private final ConcurrentHashMap<String, Window> windows = new ConcurrentHashMap<>();
    private final StoredMessages log = new StoredMessages();
    private final StateFile<Progress> file;
    private final InstantSource clock;
    /** Topics that were deleted, and the position in the log from which on messages are of the next topic of the name. */
    private final ConcurrentHashMap<String, Long> begins = new ConcurrentHashMap<>();

    private Progress saved;
    private volatile long reached;
    private volatile @Nullable MessageStore store;

    /**
     * Content of the file.
     *
     * @param position nothing before it in the log is remembered
     * @param begins where topics begin that were deleted behind that position; not there in files of older brokers
     */
    public record Progress(long position, @Nullable Map<String, Long> begins) {}

    /** @param stateFolder where the broker keeps its state, among it the definitions of topics */
    public Deduplication(Path stateFolder, InstantSource clock) {
        this.clock = clock;
        this.file = new StateFile<>(stateFolder.resolve("deduplication.json"), Progress.class);
        this.saved = file.read().orElse(new Progress(0, Map.of()));
        Map<String, Long> known = saved.begins();
        if (known != null) {
            begins.putAll(known);
        }
        new StateFile<>(stateFolder.resolve("topics.json"), TopicConfigTable.class)
                .read()
                .ifPresent(table -> table.topicConfigTable().values().forEach(this::defined));
    }

    /** The store is open. */
    public void attach(MessageStore opened) {
        store = opened;
        log.attach(opened);
    }

    /** The window of a topic, null without one: one look at a field for a topic without attributes. */
    // hot path
    public @Nullable Window window(TopicConfig topic) {
        return topic.attributes().isEmpty() ? null : windows.get(topic.topicName());
    }

    @Override
    public void defined(TopicConfig topic) {
        WindowSetting setting = setting(topic);
        if (setting == null) {
            windows.remove(topic.topicName());
            return;
        }
        Window present = windows.get(topic.topicName());
        if (present == null || !present.limit(setting)) {
            long begin = begins.getOrDefault(topic.topicName(), 0L);
            windows.put(topic.topicName(), new Window(topic.topicName(), setting, begin, log, clock));
        }
    }

    private static @Nullable WindowSetting setting(TopicConfig topic) {
        try {
            return WindowSetting.of(topic.attributes()).orElse(null);
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("topic", topic.topicName())
                    .addKeyValue("error", e.getMessage())
                    .log("the de-duplication window of a topic stays off");
            return null;
        }
    }

    @Override
    public void removed(String topic) {
        MessageStore opened = store;
        if (windows.remove(topic) != null && opened != null) {
            begins.put(topic, opened.maxPosition());
        }
    }

    @Override
    public long resumePosition(long endPosition) {
        return windows.isEmpty() ? endPosition : saved.position();
    }

    @Override
    public boolean wants(LogRecord record) {
        // A record that settles another one, as a commit does, was known before.
        return !windows.isEmpty() && record.preparedPosition() == 0;
    }

    // hot path
    @Override
    public void follow(LogRecord record) {
        String topic = isWaiting(record) ? record.property(REAL_TOPIC) : record.topic();
        Window window = topic == null ? null : windows.get(topic);
        String key = window == null ? null : record.property(window.keyName());
        if (window != null && key != null) {
            window.followed(key, record.position(), record.storeTimeMs());
        }
    }

    private static boolean isWaiting(LogRecord record) {
        for (byte[] topic : WAITING) {
            if (record.isTopic(topic)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void reached(long position) {
        reached = position;
    }

    /** Writes from where a start has to read the log, if windows are on and that moved. */
    public void save() {
        MessageStore opened = store;
        if (windows.isEmpty() || opened == null) {
            return;
        }
        // Read first: a message that is followed later stands behind it, also in a log that a power cut shortened.
        long position = Math.min(reached, opened.durablePosition());
        long now = clock.millis();
        for (Window window : windows.values()) {
            long oldest = window.oldestPosition(now);
            position = oldest < 0 ? position : Math.min(position, oldest);
        }
        long start = position;
        begins.values().removeIf(begin -> begin <= start);
        Progress progress = new Progress(start, Map.copyOf(begins));
        if (!progress.equals(saved)) {
            file.write(progress);
            saved = progress;
        }
    }

    /** Adds the figures that tools ask for. */
    public void describe(Map<String, String> table) {
        long count = 0;
        long bytes = 0;
        for (Window window : windows.values()) {
            count += window.count();
            bytes += window.bytes();
        }
        table.put("deduplicationTopics", Integer.toString(windows.size()));
        table.put("deduplicationCount", Long.toString(count));
        table.put("deduplicationBytes", Long.toString(bytes));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
