package dev.millrace.broker.role;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a master knows of its followers, from its election to its end.
 *
 * <p>Owner: role thread.
 */
final class Mastership {
    private static final long HEARTBEAT_MS = 100;

    /** A process that is known to be dead is not waited for as long as one that is silent. */
    private static final long DEAD_SHRINK_MS = 300;

    private final Known known;
    private final Outbox outbox;
    private final Map<Integer, Session> sessions = new HashMap<>();
    private final long sinceMs;

    private GroupRecord record;
    private boolean hasBegun;
    private boolean isOpen;
    private boolean isOver;
    private long inheritedEnd = Long.MAX_VALUE;
    private long beatAtMs;

    /** One connection of one follower. */
    private static final class Session {
        final long number;
        final Member member;
        final String incarnation;
        long acknowledged;
        boolean isStreaming;
        /** Its machine said that nothing listens. */
        boolean isDead;
        /** When it last had all that the master had at a moment before. */
        long caughtUpMs;

        long markMs;
        long markEnd;

        Session(long number, Member member, String incarnation, long acknowledged, long nowMs) {
            this.number = number;
            this.member = member;
            this.incarnation = incarnation;
            this.acknowledged = acknowledged;
            this.caughtUpMs = nowMs;
            this.markMs = nowMs;
        }
    }

    /** The record is the one that made this copy master; everything persisted before is forced before it begins. */
    Mastership(Known known, Outbox outbox, GroupRecord record, long nowMs) {
        this.known = known;
        this.outbox = outbox;
        this.record = record;
        this.sinceMs = nowMs;
        outbox.add(new Effect.EndStreams());
        known.whenForced(() -> {
            if (!isOver) {
                known.begin(record.epoch());
            }
        });
    }

    /** For good: what still waits for the disk has no effect. */
    void stop() {
        isOver = true;
        outbox.add(new Effect.EndStreams());
    }

    long epoch() {
        return record.epoch();
    }

    /** The newest record that this master wrote. */
    GroupRecord record() {
        return record;
    }

    void confirmed(GroupRecord newest) {
        record = newest;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Whether the epoch stands in the history of the log. */
    boolean hasBegun() {
        return hasBegun;
    }

    long inheritedEnd() {
        return inheritedEnd;
    }

    /** The log has changed; true once its history has this epoch. */
    void logAdvanced() {
        if (!hasBegun && known.history().lastEpoch() == record.epoch()) {
            hasBegun = true;
            // Nothing is appended before this is known. An epoch may begin before its master's own first record, see
            // BeginEpoch.
            inheritedEnd = known.end();
            known.commit(known.checks.committedAtElection(known.committed(), inheritedEnd));
        }
    }

    void follow(int peer, Message.Follow follow, long nowMs) {
        Session before = sessions.get(peer);
        if (before != null && before.incarnation.equals(follow.incarnation()) && before.number >= follow.session()) {
            return;
        }
        long heard = known.checks.heardAtBegin(before == null ? -1 : before.acknowledged);
        Session session = new Session(follow.session(), follow.member(), follow.incarnation(), heard, nowMs);
        if (before != null) {
            // A follower that connects again and again is not caught up by that.
            session.caughtUpMs = before.caughtUpMs;
        }
        sessions.put(peer, session);
        long cutAt = known.checks.cutAt(known.history(), known.end(), follow.history(), follow.logEnd());
        outbox.send(peer, new Message.Accept(session.number, epoch(), cutAt, known.committed(), known.end()));
    }

    void acknowledged(int peer, Message.Acknowledge acknowledge, long nowMs) {
        Session session = sessions.get(peer);
        if (session == null || session.number != acknowledge.session() || acknowledge.epoch() != epoch()) {
            return;
        }
        if (!session.isStreaming) {
            session.isStreaming = true;
            session.markMs = nowMs;
            session.markEnd = known.end();
            outbox.add(new Effect.StreamTo(peer, session.number, epoch(), acknowledge.position()));
        }
        session.acknowledged = Math.max(session.acknowledged, acknowledge.position());
        if (session.acknowledged >= session.markEnd) {
            session.caughtUpMs = session.markMs;
            session.markMs = nowMs;
            session.markEnd = known.end();
        }
    }

    /** The connection is gone; what was heard is not forgotten, the session goes on being silent. */
    void peerGone(int peer, boolean isRefused) {
        Session session = sessions.get(peer);
        if (session != null) {
            session.isDead |= isRefused;
            session.isStreaming = false;
            session.markEnd = Long.MAX_VALUE;
        }
    }

    /** Raises committed to what everybody who is waited for has. */
    void commit(GroupSpec spec, Optional<GroupRecord> pending) {
        if (!hasBegun || record.syncSet().size() < spec.minInSync()) {
            return;
        }
        long position = known.position();
        if (spec.acks() == GroupSpec.Acks.ALL_IN_SYNC) {
            for (Member member : known.checks.waitedFor(record, pending)) {
                position = Math.min(position, positionOf(member));
            }
        }
        known.commit(position);
    }

    private long positionOf(Member member) {
        if (member.equals(known.me())) {
            return known.position();
        }
        Session session = sessionOf(member);
        return session == null ? 0 : session.acknowledged;
    }

    private @Nullable Session sessionOf(Member member) {
        Session session = sessions.get(member.replica());
        return session != null && known.checks.isMember(List.of(session.member), member) ? session : null;
    }

    /** Members that follow, this one included. */
    int followingCount() {
        int count = 1;
        for (Member member : record.syncSet()) {
            Session session = sessionOf(member);
            if (!member.equals(known.me()) && session != null && session.isStreaming) {
                count++;
            }
        }
        return count;
    }

    void open() {
        isOpen = true;
    }

    /** A member to take out of the set, since it was silent or behind for too long; the longest first. */
    Optional<Member> laggard(GroupSpec spec, long nowMs) {
        if (!known.checks.maySetShrink(
                record.syncSet().size() - 1, record.syncSet().size(), spec.minInSync())) {
            return Optional.empty();
        }
        return record.syncSet().stream()
                .filter(member -> !member.equals(known.me()))
                .filter(member -> isLaggard(member, Optional.of(spec), nowMs))
                .min(Comparator.comparingLong(this::behindSinceMs));
    }

    /** When a member last had everything. */
    private long behindSinceMs(Member member) {
        Session session = sessionOf(member);
        return session == null ? sinceMs : session.caughtUpMs;
    }

    /** Whether a member is still silent or behind. */
    boolean isLaggard(Member member, Optional<GroupSpec> spec, long nowMs) {
        Session session = sessionOf(member);
        boolean isDead = session != null && session.isDead;
        return spec.map(found -> isDead ? DEAD_SHRINK_MS : found.timers().shrinkMs())
                .filter(limitMs -> behindSinceMs(member) < nowMs - limitMs)
                .isPresent();
    }

    /** A copy that is not in the set and has what a member must have. */
    Optional<Member> joiner() {
        return sessions.values().stream()
                .map(session -> session.member)
                .filter(member -> !known.checks.isMember(record.syncSet(), member))
                .filter(this::isFit)
                .min(Comparator.comparingInt(Member::replica));
    }

    /** Whether a copy follows and has what a member must have. */
    boolean isFit(Member member) {
        Session session = sessionOf(member);
        return session != null
                && session.isStreaming
                && session.acknowledged >= known.checks.expandFloor(known.committed(), inheritedEnd);
    }

    /** The member with the most, other than this copy, if it follows; with a wish, only that replica. */
    Optional<Member> successor(Optional<Integer> wished) {
        return record.syncSet().stream()
                .filter(member -> !member.equals(known.me()))
                .filter(member -> wished.isEmpty() || wished.get() == member.replica())
                .filter(member -> {
                    Session session = sessionOf(member);
                    return session != null && session.isStreaming;
                })
                .max((one, two) -> Long.compare(positionOf(one), positionOf(two)));
    }

    boolean hasEverything(Member member) {
        return positionOf(member) >= known.end();
    }

    void tick(long nowMs) {
        if (hasBegun && nowMs - beatAtMs >= HEARTBEAT_MS) {
            beatAtMs = nowMs;
            beat();
        }
    }

    /** Tells the followers how far the group is. */
    void beat() {
        sessions.forEach((peer, session) -> {
            if (session.isStreaming) {
                outbox.send(peer, new Message.Heartbeat(session.number, epoch(), known.committed(), known.end()));
            }
        });
    }
}
