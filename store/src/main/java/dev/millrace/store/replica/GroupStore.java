package dev.millrace.store.replica;

import dev.millrace.store.MessageStore;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.epoch.StoreIdentity;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * A store that is one copy of a broker group's log, whose bytes are the same in all copies.
 *
 * <pre>
 * opened --&gt; REPLICA --becomeMaster--&gt; MASTER --becomeReplica--&gt; REPLICA
 * </pre>
 *
 * A replica stores bytes of its master's log, and can be cut; a master takes appends. Queues, index and followers are
 * derived up to the committed position only, appends are answered when it reaches their end, and reads end there: it never
 * goes back, so nothing derived is ever undone. A start begins with the committed position that was saved last.
 *
 * <p>Thread-safe. Requests are carried out one by one, in the order of the calls, by the commit-log thread; it also completes
 * the stages. Crash behaviour: the log is a whole prefix of what was stored; epoch entries and cuts are durable when their
 * stage completes.
 */
public interface GroupStore extends AutoCloseable {
    /** Append, read, query. Appends to a replica end in {@code AppendOutcome.NotMaster}. */
    MessageStore messages();

    /** Which copy this is. Owner: the one thread that decides the role. */
    StoreIdentity identity();

    /** Which master wrote which part of the log, as it is on the disk. */
    EpochHistory epochs();

    /** Whether it is master; it takes appends unless {@link #refuseAppends} was called since. */
    boolean isMaster();

    /** Position behind the last record, of this copy alone. */
    long endPosition();

    /** Everything before it is forced on this copy. */
    long forcedPosition();

    /** Everything before it may be shown. */
    long committedPosition();

    /**
     * Moves the committed position up to here, at most to the end of the log at that moment; it never falls.
     *
     * @param position the end of a record, as a peer acknowledged it or the master told
     * @return false if too many requests wait: say it again later
     */
    boolean committed(long position);

    /**
     * Replica: stores bytes of the master's log as they are. All or nothing: each record is checked before any byte is
     * stored. The buffer must stay as it is until the stage completes.
     *
     * @param position the end of this copy's log
     * @param records whole records, in one segment; a blank record with all of its bytes
     */
    CompletionStage<CopyOutcome> append(long position, ByteBuffer records);

    /**
     * Whole records from a position up to the end of the log, committed or not, in one segment; at least one if there is
     * one. Close slices before this log is cut.
     *
     * @param bytesMax the first record may be larger
     */
    LogChunk read(long position, int bytesMax);

    /**
     * Adds an epoch to the history; durable when the stage completes. To be called before the first byte of the epoch is
     * appended.
     *
     * @param start the end of this copy's log; or 0 while the history is empty: what a store appended while it stood alone
     *     counts as written in the first epoch, so that a copy which has part of it can go on there
     */
    CompletionStage<CopyOutcome> beginEpoch(long epoch, long start);

    /**
     * Replica: takes away everything from a position on, also from the epoch history; durable when the stage completes.
     * Refused below the committed position and between the ends of a record.
     */
    CompletionStage<CopyOutcome> cutTo(long position);

    /** From now on appends are taken; waits for nothing. Records that are not committed get no other offsets by it. */
    CompletionStage<CopyOutcome> becomeMaster();

    /**
     * From now on appends are refused, until {@link #becomeMaster}; those that wait are still answered once they are
     * committed.
     */
    CompletionStage<CopyOutcome> refuseAppends();

    /** From now on appends are refused; those that wait end in {@code AppendOutcome.MastershipEnded}. */
    CompletionStage<CopyOutcome> becomeReplica();

    /** Closes the store; what waits for others ends in {@code AppendOutcome.MastershipEnded}. */
    @Override
    void close();
}
