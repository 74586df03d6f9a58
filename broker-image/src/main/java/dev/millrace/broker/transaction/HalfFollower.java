package dev.millrace.broker.transaction;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.Disk;
import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import dev.millrace.store.MessageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Finds half messages and their outcomes in the log.
 *
 * <pre>
 * record                                            means
 * half topic, prepared position 0                   a half message is pending
 * half topic, prepared position p                   it takes the place of the half at p
 * op topic, tag d                                   the halves at the queue offsets in the body are settled
 * commit bit, prepared position p                   the half at p is committed
 * TRANS_CHECK_MAX_TIME_TOPIC, prepared position p   the half at p is given up
 * </pre>
 *
 * <p>Owner: the opening thread, then the dispatch thread; retention asks from the upkeep thread.
 */
public final class HalfFollower implements LogFollower {
    /** Name of the file beside the other state of the broker. */
    public static final String FILE = "transactions";

    private static final byte[] HALF_TOPIC = ascii(TopicNames.HALF);
    private static final byte[] OP_TOPIC = ascii(TopicNames.HALF_OP);
    private static final byte[] GIVEN_UP_TOPIC = ascii(TopicNames.HALF_GIVEN_UP);
    private static final byte[] GROUP = ascii(PropertyNames.PRODUCER_GROUP);
    private static final byte[] CHECK_TIMES = ascii(PropertyNames.TRANSACTION_CHECK_TIMES);
    private static final byte[] IMMUNITY = ascii(PropertyNames.CHECK_IMMUNITY_SECONDS);
    private static final byte[] SINCE = ascii(PropertyNames.TRANSACTION_SINCE_MS);
    private static final byte[] PREPARED_OFFSET = ascii(PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET);
    private static final byte[] TAGS = ascii(PropertyNames.TAGS);
    private static final String SETTLED_TAG = "d";

    private final TransactionConfig config;
    private final HalfSnapshot file;
    private final PendingHalves halves = new PendingHalves();
    private final long savedPosition;
    /** Retention wants to remove what is before it. */
    private volatile long wantedPosition;

    private volatile boolean mayKeepSegments = true;
    /** Position behind the last record that was followed. */
    private volatile long followed;

    private volatile @Nullable MessageStore store;
    /** Upkeep thread: before it is no half that waits ... */
    private long settledBefore;
    /** ... as far as the log went up to here. */
    private long settledBy;

    /** @param folder where the broker keeps its state */
    public HalfFollower(TransactionConfig config, Disk disk, Path folder) {
        this.config = config;
        this.file = new HalfSnapshot(disk, folder.resolve(FILE));
        PendingHalves.Content saved = file.read().orElse(null);
        this.savedPosition = saved == null ? 0 : saved.reached();
        if (saved != null) {
            halves.restore(saved);
        }
    }

    TransactionConfig config() {
        return config;
    }

    HalfSnapshot file() {
        return file;
    }

    PendingHalves halves() {
        return halves;
    }

    /** The store is open. */
    void attach(MessageStore opened) {
        store = opened;
    }

    /** Position behind the last record whose meaning is in {@link #halves}. */
    long followed() {
        return followed;
    }

    @Override
    public long resumePosition(long endPosition) {
        if (savedPosition > endPosition) {
            // The log lost what the file knows of, so nothing in it can be relied on.
            halves.clear();
            return 0;
        }
        return savedPosition;
    }

    @Override
    public boolean wants(LogRecord record) {
        if (record.isTopic(HALF_TOPIC) || record.isTopic(OP_TOPIC)) {
            return true;
        }
        return record.preparedPosition() != 0 && (isCommit(record) || record.isTopic(GIVEN_UP_TOPIC));
    }

    private static boolean isCommit(LogRecord record) {
        return (record.systemFlag() & SystemFlags.TRANSACTION_MASK) == SystemFlags.TRANSACTION_COMMIT;
    }

    @Override
    public void follow(LogRecord record) {
        followed = record.position() + record.size();
        if (record.isTopic(HALF_TOPIC)) {
            half(record);
        } else if (record.isTopic(OP_TOPIC)) {
            op(record);
        } else {
            halves.settled(record.preparedPosition());
        }
    }

    private void half(LogRecord record) {
        if (!SystemFlags.isQueued(record.systemFlag()) || record.queueId() != 0) {
            return;
        }
        if (record.preparedPosition() != 0) {
            halves.settled(record.preparedPosition());
        }
        // Only the broker writes it, and the one half at position 0 has nothing else.
        long original = number(record.property(PREPARED_OFFSET), -1);
        boolean isCopy = record.preparedPosition() != 0 || original >= 0;
        if (original >= 0) {
            halves.settledQueueOffset(original);
        }
        // The sender's clock says nothing of how long the broker waits.
        long sinceMs = isCopy
                ? Math.clamp(number(record.property(SINCE), record.storeTimeMs()), 0, record.storeTimeMs())
                : record.storeTimeMs();
        String group = record.property(GROUP);
        halves.add(new Half(
                record.position(),
                record.queueOffset(),
                sinceMs,
                record.storeTimeMs() + immunityMs(record.property(IMMUNITY), config),
                Math.clamp(number(record.property(CHECK_TIMES), 0), 0, Short.MAX_VALUE),
                group == null ? "" : group));
    }

    /** How long producers are not asked about a half message, ms; never longer than it may wait at all. */
    static long immunityMs(@Nullable String property, TransactionConfig config) {
        long seconds = number(property, -1);
        long ageMaxMs = config.ageMax().toMillis();
        return seconds < 0 ? config.timeout().toMillis() : seconds > ageMaxMs / 1000 ? ageMaxMs : seconds * 1000;
    }

    private void op(LogRecord record) {
        halves.opSeen(record.queueOffset());
        if (!SETTLED_TAG.equals(record.property(TAGS))) {
            return;
        }
        for (String offset : new String(record.body(), StandardCharsets.UTF_8).split(",", -1)) {
            long queueOffset = number(offset, -1);
            if (queueOffset >= 0) {
                halves.settledQueueOffset(queueOffset);
            }
        }
    }

    @Override
    public void reached(long position) {
        halves.reached(position);
    }

    /** Halves before it are to be stored again further behind; see {@link CheckBack}. */
    long wantedPosition() {
        return wantedPosition;
    }

    /** Whether the broker can store halves again, so that retention may be told to wait. */
    void setMayKeepSegments(boolean mayKeep) {
        mayKeepSegments = mayKeep;
    }

    @Override
    public boolean mayRemoveBefore(long position) {
        if (halves.firstPosition() < position) {
            wantedPosition = Math.max(wantedPosition, position);
            return !mayKeepSegments;
        }
        MessageStore opened = store;
        if (opened == null) {
            return false;
        }
        if (position > settledBefore) {
            // What settled the halves before it may not be on the disk yet: a crash would bring them back.
            settledBefore = position;
            settledBy = opened.maxPosition();
        }
        return opened.durablePosition() >= settledBy;
    }

    private static long number(@Nullable String text, long otherwise) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
