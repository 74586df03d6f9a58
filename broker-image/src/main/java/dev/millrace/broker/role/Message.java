package dev.millrace.broker.role;

import dev.millrace.store.epoch.EpochHistory;
import java.util.Optional;

/**
 * What copies of a group tell each other. May be lost, not altered. A transport hands over what came on one connection in
 * order, and once a peer has connected anew nothing of its older connections: sessions are numbered by each process from one
 * on. The bytes of the log travel beside the messages, in order, within a session. Thread-safe: immutable.
 */
public sealed interface Message {
    /**
     * A copy wants to follow: the beginning of a session.
     *
     * @param session number of the session, higher than all of this process before
     */
    record Follow(long session, Member member, String incarnation, long epochStored, EpochHistory history, long logEnd)
            implements Message {}

    /**
     * The master takes the follower: it is to cut its log to {@code cutAt}, force that, and acknowledge from there.
     *
     * @param committed as the master knows it
     * @param masterEnd end of the master's log
     */
    record Accept(long session, long epoch, long cutAt, long committed, long masterEnd) implements Message {}

    /** Not master, or not of an epoch that counts. */
    record Deny(long session, long epochStored, Optional<GroupRecord> record) implements Message {}

    /** A follower has everything before {@code position}: in its log, or forced there if the group flushes. */
    record Acknowledge(long session, long epoch, long position) implements Message {}

    /** A master is there. */
    record Heartbeat(long session, long epoch, long committed, long masterEnd) implements Message {}

    /** What do you know? */
    record Ask(long askId) implements Message {}

    /**
     * What a copy knows.
     *
     * @param recovered whether its store is open and {@code logEnd} is so
     */
    record Report(long askId, Member member, StoredState stored, boolean recovered, long lastEpoch, long logEnd)
            implements Message {}
}
