package dev.millrace.broker.deduplication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.topic.TopicLogWatcher;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The de-duplication windows of all topics. What they remember follows from the log: a start reads the log again from the
 * oldest message that a window held, whose position is in {@code deduplication.json}; any older position does as well. What
 * is before the begin of a window does not count: it may be of a deleted topic of the same name. The begins are in the file
 * as soon as {@link #defined} or {@link #removed} returns, and a window that is not in the file begins at the end of the log,
 * so no kill brings messages of a deleted topic back. Bounded: one begin a window.
 *
 * <p>In a broker group topics are defined in the log, so each copy hears of them there and a window begins with the record
 * that asks for it.
 *
 * <p>Thread-safe. The opening thread, then the dispatch thread follow the log; changes of topics and {@link #save} take a
 * lock and write the file, so they belong on no event loop.
 */
public final class Deduplication implements LogFollower, TopicWatcher, TopicLogWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Deduplication.class);
    private static final byte[] REAL_TOPIC = ascii(PropertyNames.REAL_TOPIC);
    /** Messages for other topics wait here. */
    private static final byte[][] WAITING = {ascii(TopicNames.HALF), ascii(TopicNames.SCHEDULE), ascii(TopicNames.TIMER)
    };

    private final ConcurrentHashMap<String, Window> windows = new ConcurrentHashMap<>();
    private final StoredMessages log = new StoredMessages();
    private final StateFile<Progress> file;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable Progress saved;

    private final boolean isInGroup;
    /** Position from which the log tells of topics. */
    private long restoredPosition;

    private volatile long reached;
    private volatile @Nullable MessageStore store;

    /**
     * Content of the file.
     *
     * @param position nothing before it in the log is remembered
     * @param windows of which topics there are windows, and the position in the log from which on each counts
     */
    public record Progress(long position, Map<String, Long> windows) {
        public Progress {
            windows = Map.copyOf(windows);
        }
    }

    /** @param stateFolder where the broker keeps its state, among it the definitions of topics */
    public Deduplication(Path stateFolder, InstantSource clock) {
        this(stateFolder, clock, false);
        Progress known = file.read().orElse(null);
        new StateFile<>(stateFolder.resolve("topics.json"), TopicConfigTable.class)
                .read()
                .ifPresent(table -> table.topicConfigTable().values().forEach(topic -> restore(topic, known)));
    }

    private Deduplication(Path stateFolder, InstantSource clock, boolean isInGroup) {
        this.clock = clock;
        this.isInGroup = isInGroup;
        this.file = new StateFile<>(stateFolder.resolve("deduplication.json"), Progress.class);
        this.saved = file.read().orElse(null);
    }

    /** For one copy of a broker group: the log tells of topics. */
    public static Deduplication inGroup(Path stateFolder, InstantSource clock) {
        return new Deduplication(stateFolder, clock, true);
    }

    @Override
    public void restored(Collection<TopicConfig> topics, long position) {
        restoredPosition = position;
        Map<String, Long> begins = begins();
        for (TopicConfig topic : topics) {
            WindowSetting setting = setting(topic);
            if (setting != null) {
                open(topic.topicName(), setting, begins.getOrDefault(topic.topicName(), position));
            }
        }
    }

    private Map<String, Long> begins() {
        lock.lock();
        try {
            return saved == null ? Map.of() : saved.windows();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void defined(TopicConfig topic, long position) {
        WindowSetting setting = setting(topic);
        if (setting == null) {
            windows.remove(topic.topicName());
            return;
        }
        Window present = windows.get(topic.topicName());
        if (present == null || !present.limit(setting)) {
            open(topic.topicName(), setting, position);
        }
    }

    @Override
    public void saving() {
        write();
    }

    /** Without a file all messages count, in windows that it does not know none of those that are in the log. */
    private void restore(TopicConfig topic, @Nullable Progress known) {
        WindowSetting setting = setting(topic);
        if (setting != null) {
            Long begin = known == null ? Long.valueOf(0) : known.windows().get(topic.topicName());
            open(topic.topicName(), setting, begin == null ? Long.MAX_VALUE : begin);
        }
    }

    private void open(String topic, WindowSetting setting, long begin) {
        windows.put(topic, new Window(topic, setting, begin, log, clock));
    }

    /** The store is open. */
    public void attach(MessageStore opened) {
        store = opened;
        log.attach(opened);
        if (!isInGroup) {
            saveNow();
        }
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
            removed(topic.topicName());
            return;
        }
        Window present = windows.get(topic.topicName());
        MessageStore opened = store;
        if (opened != null && (present == null || !present.limit(setting))) {
            open(topic.topicName(), setting, opened.maxPosition());
            saveNow();
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
        if (windows.remove(topic) != null && !isInGroup) {
            saveNow();
        }
    }

    @Override
    public long resumePosition(long endPosition) {
        for (Window window : windows.values()) {
            window.beginAtMost(endPosition);
        }
        lock.lock();
        try {
            if (isInGroup) {
                // Topics that the log tells of may have windows.
                return windows.isEmpty() || saved == null
                        ? restoredPosition
                        : Math.min(restoredPosition, saved.position());
            }
            return windows.isEmpty() ? endPosition : saved == null ? 0 : saved.position();
        } finally {
            lock.unlock();
        }
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
        if (!windows.isEmpty()) {
            write();
        }
    }

    /** The topic is changed already, so a file that can't be written is no reason to refuse that. */
    private void saveNow() {
        try {
            write();
        } catch (StateFileException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("where windows begin is not saved; the next change or save tries again");
        }
    }

    private void write() {
        MessageStore opened = store;
        if (opened == null) {
            return;
        }
        lock.lock();
        try {
            Progress progress = progress(opened);
            if (!progress.equals(saved)) {
                file.write(progress);
                saved = progress;
            }
        } finally {
            lock.unlock();
        }
    }

    private Progress progress(MessageStore opened) {
        // Read first: a message that is followed later stands behind it, also in a log that a power cut shortened.
        long position = Math.min(reached, opened.durablePosition());
        long now = clock.millis();
        Map<String, Long> begins = new HashMap<>();
        for (Map.Entry<String, Window> each : windows.entrySet()) {
            Window window = each.getValue();
            long oldest = window.oldestPosition(now);
            position = oldest < 0 ? position : Math.min(position, oldest);
            begins.put(each.getKey(), window.beginPosition());
        }
        return new Progress(position, begins);
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
