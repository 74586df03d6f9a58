package dev.millrace.broker.deduplication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.topic.WindowSetting;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The de-duplication window of one topic.
 *
 * <pre>
 * (unknown) --claim--&gt; in flight --record in the log is followed--&gt; stored --time or count--&gt; (unknown)
 *     ^                    |
 *     +------refused-------+
 * </pre>
 *
 * <p>Thread-safe: one lock, held for no I/O; the log is read between two looks. Bounded: {@code countMax} stored messages,
 * and as many flights as the log has appends under way. {@code // hot path}
 */
public final class Window {
    private final String topic;
    private final byte[] keyName;
    private final String keyText;
    /** Messages before it do not count: they are of a deleted topic of the same name, or of a time without this window. */
    private volatile long beginPosition;

    private final StoredMessages log;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long timeMs;
    /** Of the message that was the oldest a short while ago, or {@link StoredKeys#NONE}. */
    private volatile long oldestPosition = StoredKeys.NONE;

    @GuardedBy("lock")
    private final StoredKeys stored;

    @GuardedBy("lock")
    private final Map<String, Flight> flights = new HashMap<>();

    Window(String topic, WindowSetting setting, long beginPosition, StoredMessages log, InstantSource clock) {
        this.topic = topic;
        this.beginPosition = beginPosition;
        this.keyText = setting.keyName();
        this.keyName = keyText.getBytes(StandardCharsets.US_ASCII);
        this.timeMs = setting.timeMs();
        this.log = log;
        this.clock = clock;
        this.stored = new StoredKeys(setting.countMax(), setting.timeMs());
    }

    /** The property that holds the id; do not change. */
    public byte[] keyName() {
        return keyName;
    }

    long beginPosition() {
        return beginPosition;
    }

    /** The log that is opened ends here: a power cut may have taken the place where the window began. Opening thread. */
    void beginAtMost(long endPosition) {
        beginPosition = Math.min(beginPosition, endPosition);
    }

    /** Takes other bounds over; false if that needs a new window. */
    boolean limit(WindowSetting setting) {
        if (!setting.keyName().equals(keyText)) {
            return false;
        }
        timeMs = setting.timeMs();
        lock.lock();
        try {
            stored.limit(setting.countMax(), setting.timeMs());
        } finally {
            lock.unlock();
        }
        forget(clock.millis());
        return true;
    }

    /** Others get the lock between two passes. */
    private void forget(long nowMs) {
        boolean isMore = true;
        while (isMore) {
            lock.lock();
            try {
                isMore = stored.forget(nowMs);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Whether some messages are so old that to look at them may wait for the disk: then ask {@link #mayBlock} for each. */
    public boolean holdsCold() {
        long oldest = oldestPosition;
        return oldest != StoredKeys.NONE && log.isCold(oldest);
    }

    /** Whether a claim of this id may wait for the disk: then {@link #fetch} first, where that is allowed. */
    public boolean mayBlock(String key) {
        long candidate = holdsCold() ? candidate(key) : StoredKeys.NONE;
        return candidate != StoredKeys.NONE && log.isCold(candidate);
    }

    /** Brings what a claim of this id looks at into memory. May block. */
    public void fetch(String key) {
        long candidate = candidate(key);
        if (candidate != StoredKeys.NONE) {
            confirm(candidate, key);
        }
    }

    /** Where the log holds a message that may have this id. */
    private long candidate(String key) {
        long fingerprint = Fingerprint.of(key);
        lock.lock();
        try {
            return flights.containsKey(key) ? StoredKeys.NONE : stored.find(fingerprint);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks for a message that is about to be stored. A {@link Claim.First} has to be told its end.
     *
     * @param queueId and {@code dueMs} are what its sender will be told
     */
    public Claim claim(String key, int queueId, long dueMs) {
        long fingerprint = Fingerprint.of(key);
        long refuted = StoredKeys.NONE;
        while (true) {
            long candidate;
            lock.lock();
            try {
                Flight present = flights.get(key);
                if (present != null) {
                    return new Claim.Repeated(present.ending());
                }
                candidate = stored.find(fingerprint);
                if (candidate == refuted) {
                    Flight first = new Flight(this, key, queueId, dueMs);
                    flights.put(key, first);
                    return new Claim.First(first);
                }
            } finally {
                lock.unlock();
            }
            Receipt receipt = candidate == StoredKeys.NONE ? null : confirm(candidate, key);
            if (receipt != null) {
                return new Claim.Repeated(CompletableFuture.completedFuture(new Ending.Stored(receipt)));
            }
            refuted = candidate;
        }
    }

    /** The receipt if the message at this position has this very id and is young enough. */
    private @Nullable Receipt confirm(long position, String key) {
        return log.receipt(position, topic, keyName, key, clock.millis() - timeMs);
    }

    /** A flight did not arrive. */
    void forget(Flight flight) {
        lock.lock();
        try {
            flights.remove(flight.key(), flight);
        } finally {
            lock.unlock();
        }
    }

    /** Opening or dispatch thread: the log holds a message with this id. */
    void followed(String key, long position, long storedMs) {
        long fingerprint = Fingerprint.of(key);
        lock.lock();
        try {
            boolean isFirst = flights.remove(key) != null;
            if (position < beginPosition) {
                return;
            }
            if (isFirst) {
                stored.addFirst(fingerprint, position, storedMs);
            } else {
                stored.add(fingerprint, position, storedMs);
            }
            oldestPosition = stored.oldestPosition();
        } finally {
            lock.unlock();
        }
    }

    /** Position of the oldest message that is remembered, -1 without one. */
    long oldestPosition(long nowMs) {
        forget(nowMs);
        lock.lock();
        try {
            return stored.oldestPosition();
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return stored.count();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of memory for what is stored. */
    long bytes() {
        lock.lock();
        try {
            return stored.bytes();
        } finally {
            lock.unlock();
        }
    }
}
