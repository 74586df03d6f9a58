package dev.millrace.store;

import java.util.List;
import java.util.Optional;

/**
 * An open store: append, read, query. {@code store.engine.StoreWiring} opens one.
 *
 * <p>Thread-safe. Crash behaviour: the next opening finds every acknowledged record again, as far as the flush mode
 * promises.
 */
public interface MessageStore extends AutoCloseable {
    /**
     * The handle of a queue, made if there is none; allocates nothing if there is one.
     *
     * @throws StoreException if the topic cannot be the name of a folder or the id is out of range
     */
    QueueLog queue(String topic, int queueId);

    Optional<QueueLog> existingQueue(String topic, int queueId);

    /** The queues of a topic, by id. */
    List<QueueLog> queues(String topic);

    /**
     * Hands a request over; never blocks.
     *
     * @return false if too many requests wait: nothing happened, the request is still the caller's
     * @throws StoreException if the request holds no whole records; it is still the caller's
     */
    boolean append(AppendRequest request);

    /** Reads a queue; close the result. */
    ReadResult read(QueueLog queue, ReadLimits limits, EntryFilter filter);

    /** The record that starts at a position; empty if none does. Close it. */
    Optional<LogSlice> recordAt(long position);

    /** Whether a position is so far behind the end of the log that to read there may wait for the disk. */
    boolean isCold(long position);

    /**
     * Positions of records with a key or unique key, newest first. Other keys of the same hash may be among them. Empty if
     * the index is switched off.
     *
     * @param fromMs earliest store time, ms since the epoch
     * @param toMs latest store time
     */
    List<Long> positionsByKey(String topic, String key, int countMax, long fromMs, long toMs);

    /** Position of the first byte of the log. */
    long minPosition();

    /** Position behind the last appended record. */
    long maxPosition();

    /** Everything before it is forced, and in a broker group committed for the next start too. */
    long durablePosition();

    /**
     * Everything before it was or will be acknowledged; queues, index, {@link #read} and {@link #recordAt} show nothing
     * beyond. A store that stands alone commits what its flush mode waits for: appended or forced records. It never falls.
     */
    long committedPosition();

    /** Everything before it is in queues and index. */
    long dispatchedPosition();

    /** Removes the queues of a topic; its records stay in the log until retention. Handles of it are dead. */
    void deleteTopic(String topic);

    WriteState writeState();

    /** Why appends are refused, with the remedy; empty while they are taken. */
    String writeStateReason();

    StoreStatistics statistics();

    /** Clean end: appends what was accepted, forces, writes the checkpoint, frees the folder. */
    @Override
    void close();
}
