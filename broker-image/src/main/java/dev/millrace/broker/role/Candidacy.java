package dev.millrace.broker.role;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether the master is lost, and whose turn it is to take over.
 *
 * <p>Owner: role thread.
 */
final class Candidacy {
    private static final long PROBE_AGAIN_MS = 300;
    private static final long NEVER = -1;
    /** A copy that nobody answers waits so many times as long as a master does before it takes a member out of the set. */
    private static final int ALONE_SHRINKS = 2;

    private final Known known;
    private final Outbox outbox;

    private long lostSinceMs = NEVER;
    private int deadPeer = GroupRecord.NONE;
    private long deadAtMs;
    private int probed = GroupRecord.NONE;
    private boolean isReached;
    private boolean isAnswered;
    private long probedAtMs;

    Candidacy(Known known, Outbox outbox) {
        this.known = known;
        this.outbox = outbox;
    }

    /** Whether a master is missing, or seems to be. */
    boolean isSuspicious() {
        return lostSinceMs != NEVER;
    }

    void end() {
        lostSinceMs = NEVER;
        probed = GroupRecord.NONE;
    }

    void gone(int peer, boolean isRefused, long nowMs) {
        if (isRefused) {
            deadPeer = peer;
            deadAtMs = nowMs;
        }
        probed(peer, false);
    }

    void probed(int peer, boolean reached) {
        if (peer == probed) {
            isAnswered = true;
            isReached = reached;
        }
    }

    /** Whether this copy is to elect itself now, as far as it knows; asked again and again. */
    boolean wantsElection(GroupSpec spec, GroupRecord record, Optional<Following> following, long nowMs) {
        if (!isLost(spec, record, following, nowMs)) {
            lostSinceMs = NEVER;
            return false;
        }
        if (lostSinceMs == NEVER) {
            lostSinceMs = nowMs;
        }
        if (known.group().isEmpty() || spec.cordon() == GroupSpec.Cordon.CLOSED) {
            return false;
        }
        if (Proposals.approval(spec, record, known.me().replica()).isPresent()) {
            return true;
        }
        return known.checks.isElectable(record, known.me())
                && known.stored().epoch() <= record.epoch()
                && nowMs - lostSinceMs >= rank(spec, record) * spec.timers().rankMs();
    }

    /**
     * Whether enough others answer this copy for an election to be of use. One that reaches nobody may be cut off itself; it gives
     * those who are not the time to elect one of them and to take it out of the set. Without this a member that nobody hears, but that
     * can write the record, takes the mastership again and again.
     */
    boolean isSupported(GroupSpec spec, GroupRecord record, Collection<Message.Report> reports, long nowMs) {
        List<Member> others = record.syncSet().stream()
                .filter(member ->
                        member.replica() != known.me().replica() && member.replica() != record.masterReplica())
                .toList();
        long reached = others.stream()
                .filter(member ->
                        reports.stream().anyMatch(report -> report.member().equals(member)))
                .count();
        return reached >= Math.min(others.size(), Math.max(1, spec.minInSync() - 1))
                || nowMs - lostSinceMs >= ALONE_SHRINKS * spec.timers().shrinkMs();
    }

    private boolean isLost(GroupSpec spec, GroupRecord record, Optional<Following> following, long nowMs) {
        if (!record.hasMaster() || record.masterReplica() == known.me().replica()) {
            return true;
        }
        if (following.isEmpty()) {
            return false;
        }
        int master = record.masterReplica();
        long heardAtMs = following.get().heardAtMs();
        if (deadPeer == master && deadAtMs >= heardAtMs) {
            return true;
        }
        if (nowMs - heardAtMs <= spec.timers().suspicionMs()) {
            probed = GroupRecord.NONE;
            return false;
        }
        if (probed != master || (isAnswered && nowMs - probedAtMs >= PROBE_AGAIN_MS)) {
            boolean isFirst = probed != master;
            probed = master;
            probedAtMs = nowMs;
            outbox.add(new Effect.Probe(master));
            if (isFirst) {
                isAnswered = false;
                return false;
            }
        }
        return isAnswered && (!isReached || following.get().isDenied());
    }

    /** Place of this copy among the members that can take over: the wished one first, then by number. */
    private int rank(GroupSpec spec, GroupRecord record) {
        int wished = spec.switchover().map(GroupSpec.Switchover::to).orElse(GroupRecord.NONE);
        List<Integer> order = record.syncSet().stream()
                .map(Member::replica)
                .filter(replica -> replica != record.masterReplica()
                        || replica == known.me().replica())
                .sorted(Comparator.comparing((Integer replica) -> replica != wished)
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        return Math.max(0, order.indexOf(known.me().replica()));
    }
}
