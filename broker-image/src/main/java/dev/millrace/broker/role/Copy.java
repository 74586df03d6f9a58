package dev.millrace.broker.role;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One copy's part in its group. Decides, and performs nothing: each event is taken into account, then it is decided anew
 * what this copy is to be.
 *
 * <p>Owner: role thread.
 */
public final class Copy {
    private static final long POLL_MS = 5_000;
    private static final long POLL_SOON_MS = 500;
    private static final long ENDING_MAX_MS = 5_000;

    private final Outbox outbox = new Outbox();
    private final Known known;
    private final Lease lease;
    private final RecordWriter writer;
    private final Candidacy candidacy;

    private @Nullable Following following;
    private @Nullable Mastership mastership;
    private @Nullable Handover handover;
    private Optional<String> handledWish = Optional.empty();
    private @Nullable Ending ending;
    private long decidedAtMs;
    private boolean isDiverged;
    private long pollId;
    private long polledAtMs = Long.MIN_VALUE / 2;
    private RoleView view =
            new RoleView(RoleView.Role.BOOTSTRAPPING, 0, Optional.empty(), false, false, 0, 0, Set.of());

    /** That the process is to end; {@code isTold} once it may. */
    private record Ending(long sinceMs, boolean isTold) {}

    /**
     * @param stored what the disk has
     * @param committed what the disk says to be committed at least: the store refuses to cut before it
     */
    public Copy(CopyIdentity identity, StoredState stored, long committed) {
        this(identity, stored, new Checks());
        known.commit(committed);
    }

    Copy(CopyIdentity identity, StoredState stored, Checks checks) {
        this.known = new Known(identity, stored, checks, outbox);
        this.lease = new Lease(outbox, checks);
        this.writer = new RecordWriter(known, outbox, lease, this::hasGrounds);
        this.candidacy = new Candidacy(known, outbox);
    }

    /** What is to be done since the last call, in order. */
    public List<Effect> takeEffects() {
        return outbox.take();
    }

    /** What was published last. */
    public RoleView view() {
        return view;
    }

    /**
     * Takes an event into account and decides.
     *
     * @param nowMs monotonic time since the start of this process, ms, 0 or more
     */
    public void handle(Event event, long nowMs) {
        decidedAtMs = nowMs;
        switch (event) {
            case Event.Tick tick -> {}
            case Event.LogAdvanced log -> {
                known.logAdvanced(log.end(), log.forced(), log.history());
                logAdvanced();
            }
            case Event.CutDone cut -> {
                known.cutDone();
                known.logAdvanced(cut.end(), cut.forced(), cut.history());
                if (following != null) {
                    following.cutDone();
                }
            }
            case Event.Stored stored -> known.stored(stored.ticket());
            case Event.RecordSeen seen -> recordSeen(seen, nowMs);
            case Event.ReadFailed failed -> readFailed(failed, nowMs);
            case Event.PutDone done -> {
                // What was sent before a promise has no outcome any more.
                if (!known.checks.isBoundByPromise(known.stored())) {
                    if (done.outcome() instanceof PutOutcome.Written written) {
                        known.see(written.state(), false);
                    }
                    writer.putDone(done, nowMs);
                }
            }
            case Event.LeaseDone done -> lease.done(done, nowMs);
            case Event.Received received -> received(received.peer(), received.message(), nowMs);
            case Event.PeerGone gone -> peerGone(gone, nowMs);
            case Event.Probed probed -> candidacy.probed(probed.peer(), probed.isReached());
            case Event.EndRequested end -> {
                if (ending == null) {
                    ending = new Ending(nowMs, false);
                }
            }
            case Event.ReportWanted wanted -> reportWanted(wanted);
        }
        decide(nowMs);
    }

    private void logAdvanced() {
        if (mastership != null) {
            mastership.logAdvanced();
        } else if (following != null) {
            following.acknowledge();
        }
    }

    private void recordSeen(Event.RecordSeen seen, long nowMs) {
        boolean isNewest = seen.readId() != 0;
        if (isNewest) {
            known.setRecordReadable(true);
        }
        boolean isKnown = known.see(seen.state(), isNewest);
        lease.seen(seen);
        writer.seen(seen, isKnown, nowMs);
    }

    private void readFailed(Event.ReadFailed failed, long nowMs) {
        known.setRecordReadable(false);
        writer.readFailed(failed, nowMs);
    }

    private void peerGone(Event.PeerGone gone, long nowMs) {
        writer.peerGone(gone.peer());
        candidacy.gone(gone.peer(), gone.isRefused(), nowMs);
        if (mastership != null) {
            mastership.peerGone(gone.peer(), gone.isRefused());
        }
        if (following != null && following.master() == gone.peer()) {
            following.lost();
        }
    }

    private void received(int peer, Message message, long nowMs) {
        switch (message) {
            case Message.Ask ask -> known.whenForced(() -> outbox.send(peer, known.report(ask.askId())));
            case Message.Report report -> writer.reported(peer, report);
            case Message.Follow follow -> follow(peer, follow, nowMs);
            case Message.Acknowledge acknowledge -> {
                if (mastership != null) {
                    mastership.acknowledged(peer, acknowledge, nowMs);
                }
            }
            case Message.Accept accept -> {
                // Nothing is cut while this copy may have won: what it was elected with is what it has.
                if (following != null
                        && following.master() == peer
                        && writer.pending().isEmpty()) {
                    following.accepted(accept, nowMs);
                }
            }
            case Message.Deny deny -> {
                if (following != null && following.master() == peer) {
                    following.denied(deny);
                }
                if (deny.epochStored() > known.stored().epoch()) {
                    pollSoon();
                }
            }
            case Message.Heartbeat beat -> {
                if (following != null && following.master() == peer) {
                    following.heartbeat(beat, nowMs);
                }
            }
        }
    }

    private void follow(int peer, Message.Follow follow, long nowMs) {
        if (mastership != null && follow.epochStored() > mastership.epoch()) {
            // Somebody was elected since.
            endMastership();
            pollSoon();
        }
        if (mastership != null && mastership.hasBegun()) {
            mastership.follow(peer, follow, nowMs);
        } else {
            outbox.send(peer, new Message.Deny(follow.session(), known.stored().epoch(), known.record()));
        }
    }

    /** A master with a write of unknown outcome acknowledges nothing from here on: it ends before it reports. */
    private void reportWanted(Event.ReportWanted wanted) {
        endMastership();
        writer.abandonAll();
        known.persist(known.stored().withPromise());
        known.whenForced(() -> outbox.add(new Effect.GiveReport(wanted.requestId(), known.report(0))));
    }

    private void decide(long nowMs) {
        if (known.isRecovered()) {
            known.spec().ifPresent(spec -> lease.tick(nowMs, spec.timers()));
            writer.tick(nowMs);
            writer.takeResult().ifPresent(result -> resolved(result, nowMs));
            if (mastership != null && !isStillMaster(mastership)) {
                endMastership();
            }
            if (mastership != null) {
                masterTurn(mastership, nowMs);
            } else {
                followerTurn(nowMs);
            }
            poll(nowMs);
        }
        publish(nowMs);
        if (ending != null && !ending.isTold()) {
            boolean isHandedOver = mastership == null && writer.pending().isEmpty();
            if (isHandedOver || nowMs - ending.sinceMs() >= ENDING_MAX_MS) {
                ending = new Ending(ending.sinceMs(), true);
                endMastership();
                outbox.add(new Effect.End());
            }
        }
    }

    private boolean isStillMaster(Mastership current) {
        return known.record()
                .filter(record -> record.epoch() == current.epoch()
                        && record.hasMaster()
                        && record.master().equals(known.me()))
                .isPresent();
    }

    private void resolved(RecordWriter.Result result, long nowMs) {
        if (result.written().isEmpty()) {
            return;
        }
        GroupRecord written = result.written().get();
        if (known.record().filter(written::isOlderThan).isPresent()) {
            return;
        }
        switch (result.intent().kind()) {
            case ELECT -> {
                beginMastership(written, nowMs);
                lease.recordChanged();
            }
            // Who joined is waited for at once; who left until the disk knows it.
            case EXPAND -> confirm(written);
            case SHRINK -> known.whenForced(() -> confirm(written));
            case STEP_DOWN -> endMastership();
        }
    }

    private void confirm(GroupRecord written) {
        if (mastership != null
                && mastership.epoch() == written.epoch()
                && mastership.record().isOlderThan(written)) {
            mastership.confirmed(written);
            lease.recordChanged();
        }
    }

    private void beginMastership(GroupRecord written, long nowMs) {
        stopFollowing();
        candidacy.end();
        mastership = new Mastership(known, outbox, written, nowMs);
        // A wish from before this election is used up; a later one counts.
        handledWish = known.spec().flatMap(GroupSpec::switchover).map(GroupSpec.Switchover::requestId);
    }

    private void endMastership() {
        if (mastership != null) {
            mastership.stop();
            mastership = null;
            handover = null;
            lease.want(false);
        }
    }

    private void masterTurn(Mastership current, long nowMs) {
        GroupSpec spec = known.spec().orElseThrow();
        boolean isAlone = isAlone(current, spec);
        lease.want(isAlone || writer.isLeaseWanted());
        boolean isCovered = !isAlone || lease.covers(current.record(), nowMs);
        if (isCovered) {
            current.commit(spec, writer.pending());
        }
        boolean hasEnough =
                current.record().syncSet().size() >= spec.minInSync() && current.followingCount() >= spec.minInSync();
        if (!current.isOpen() && current.hasBegun() && hasEnough && isCovered) {
            current.open();
        }
        handOver(current, spec, nowMs);
        if (writer.isIdle(nowMs) && mayWrite()) {
            Optional<Member> joiner = current.joiner();
            Optional<Member> laggard = current.laggard(spec, nowMs);
            if (joiner.isPresent()) {
                writer.begin(Intent.of(Intent.Kind.EXPAND, joiner.get()), nowMs);
            } else if (laggard.isPresent()) {
                writer.begin(Intent.of(Intent.Kind.SHRINK, laggard.get()), nowMs);
            }
        }
        current.tick(nowMs);
    }

    /** Whether somebody may believe that this master acknowledges without another copy: as either outcome says. */
    private boolean isAlone(Mastership current, GroupSpec spec) {
        return known.checks.isLeaseNeeded(spec, current.record().syncSet())
                || writer.pending()
                        .filter(GroupRecord::hasMaster)
                        .filter(pending -> known.checks.isLeaseNeeded(spec, pending.syncSet()))
                        .isPresent();
    }

    /** What led to an intent may be over when the record was read: a joiner may have fallen behind, a master be back. */
    private boolean hasGrounds(Intent intent, Collection<Message.Report> reports) {
        if (!mayWrite()) {
            return false;
        }
        return switch (intent.kind()) {
            case ELECT -> mastership == null && isElectionWanted(decidedAtMs) && isElectionSupported(reports);
            case SHRINK ->
                mastership != null && mastership.isLaggard(intent.member().orElseThrow(), known.spec(), decidedAtMs);
            case STEP_DOWN -> mastership != null && handover != null && hasSuccessor(mastership, handover);
            case EXPAND ->
                mastership != null && mastership.isFit(intent.member().orElseThrow());
        };
    }

    private boolean isElectionSupported(Collection<Message.Report> reports) {
        GroupSpec spec = known.spec().orElseThrow();
        GroupRecord record = known.record().orElseThrow();
        return Proposals.approval(spec, record, known.me().replica()).isPresent()
                || candidacy.isSupported(spec, record, reports, decidedAtMs);
    }

    private boolean mayWrite() {
        return !known.isRegressed() && !known.checks.isBoundByPromise(known.stored());
    }

    /** Begins, goes on with, or gives up to hand the mastership to another member. */
    private void handOver(Mastership current, GroupSpec spec, long nowMs) {
        Optional<GroupSpec.Switchover> wish = spec.switchover()
                .filter(found -> !handledWish.equals(Optional.of(found.requestId())))
                .filter(found -> found.to() != known.me().replica());
        boolean mustGo = ending != null || isFenced(spec);
        if (handover == null && (mustGo || wish.isPresent()) && current.isOpen()) {
            handover = new Handover(wish.map(GroupSpec.Switchover::to), mustGo, nowMs);
        }
        if (handover == null) {
            return;
        }
        if (handover.isOver(nowMs) && writer.pending().isEmpty()) {
            writer.abandon(nowMs);
            handover = null;
            handledWish = spec.switchover().map(GroupSpec.Switchover::requestId);
            return;
        }
        if (writer.isIdle(nowMs) && mayWrite() && hasSuccessor(current, handover)) {
            writer.begin(Intent.of(Intent.Kind.STEP_DOWN), nowMs);
        }
    }

    private static boolean hasSuccessor(Mastership current, Handover handover) {
        return current.successor(handover.wished())
                .filter(current::hasEverything)
                .isPresent();
    }

    private void followerTurn(long nowMs) {
        if (known.record().isEmpty()) {
            return;
        }
        GroupRecord record = known.record().get();
        if (known.checks.isResumed(record, known.me()) && known.group().isPresent()) {
            beginMastership(record, nowMs);
            return;
        }
        long suspicionMs = known.spec()
                .map(GroupSpec::timers)
                .orElse(GroupSpec.Timers.USUAL)
                .suspicionMs();
        if (!record.hasMaster() || record.masterReplica() == known.me().replica() || isDiverged) {
            stopFollowing();
        } else if (following == null || following.master() != record.masterReplica()) {
            stopFollowing();
            following = new Following(known, outbox, record.masterReplica(), nowMs);
        } else {
            following.tick(nowMs, suspicionMs);
        }
        // With acks Async a loss at a failover is what was ordered.
        boolean isLossExpected = known.isLossApproved()
                || known.spec()
                        .filter(spec -> spec.acks() == GroupSpec.Acks.ASYNC)
                        .isPresent();
        if (following != null && following.isDiverged() && isLossExpected) {
            ending = ending == null ? new Ending(nowMs, false) : ending;
        } else {
            isDiverged |= following != null && following.isDiverged();
        }
        if (isDiverged || known.spec().isEmpty()) {
            return;
        }
        boolean isWanted = isElectionWanted(nowMs);
        if (isWanted && writer.isIdle(nowMs) && mayWrite()) {
            writer.begin(Intent.of(Intent.Kind.ELECT), nowMs);
        } else if (!isWanted) {
            writer.abandon(nowMs);
        }
        if (writer.pending().isEmpty()) {
            lease.want(writer.isLeaseWanted());
        }
    }

    /** Whether this copy ought to elect itself, as far as it knows now. */
    private boolean isElectionWanted(long nowMs) {
        if (known.group().isEmpty() || known.record().isEmpty() || ending != null || known.isLogChanging()) {
            return false;
        }
        GroupSpec spec = known.group().get().spec();
        return !isFenced(spec)
                && candidacy.wantsElection(spec, known.record().get(), Optional.ofNullable(following), nowMs);
    }

    private void stopFollowing() {
        if (following != null) {
            following.stop();
            following = null;
            outbox.add(new Effect.EndStreams());
        }
    }

    private boolean isFenced(GroupSpec spec) {
        return spec.fenced().contains(known.me().replica());
    }

    private void pollSoon() {
        polledAtMs = Long.MIN_VALUE / 2;
    }

    private void poll(long nowMs) {
        boolean isSoon = known.group().isEmpty() || candidacy.isSuspicious();
        if (nowMs - polledAtMs >= (isSoon ? POLL_SOON_MS : POLL_MS)) {
            polledAtMs = nowMs;
            pollId = outbox.nextId();
            outbox.add(new Effect.ReadRecord(pollId));
        }
    }

    private void publish(long nowMs) {
        RoleView next = isDiverged ? diverged() : mastership != null ? asMaster(mastership, nowMs) : asReplica();
        if (!next.equals(view)) {
            view = next;
            outbox.add(new Effect.Publish(next));
        }
    }

    private RoleView diverged() {
        return new RoleView(
                RoleView.Role.DIVERGED,
                known.stored().epoch(),
                Optional.empty(),
                false,
                false,
                known.committed(),
                0,
                conditions());
    }

    private RoleView asMaster(Mastership current, long nowMs) {
        GroupSpec spec = known.spec().orElseThrow();
        boolean isAlone = isAlone(current, spec);
        boolean isServing = current.isOpen() && !isFenced(spec) && (!isAlone || lease.covers(current.record(), nowMs));
        Set<RoleView.Condition> conditions = conditions();
        if (known.stored().isVolatile()) {
            conditions.add(RoleView.Condition.POSSIBLE_LOSS);
        }
        if (current.isOpen() && !isServing && !isFenced(spec)) {
            conditions.add(RoleView.Condition.LEASE_LOST);
        }
        if (current.record().syncSet().size() < spec.minInSync()) {
            conditions.add(RoleView.Condition.TOO_FEW_IN_SYNC);
        }
        RoleView.Role role = isFenced(spec)
                ? RoleView.Role.FENCED
                : !current.isOpen()
                        ? RoleView.Role.WINNER
                        : handover != null ? RoleView.Role.STEPPING_DOWN : RoleView.Role.MASTER;
        return new RoleView(
                role,
                current.epoch(),
                Optional.empty(),
                isServing && handover == null && spec.cordon() == GroupSpec.Cordon.NONE,
                isServing && spec.cordon() != GroupSpec.Cordon.CLOSED,
                known.committed(),
                current.hasBegun() ? current.inheritedEnd() : known.end(),
                conditions);
    }

    private RoleView asReplica() {
        Optional<GroupRecord> record = known.record();
        boolean isFenced = known.spec().filter(this::isFenced).isPresent();
        boolean isClosed = known.spec()
                .filter(spec -> spec.cordon() == GroupSpec.Cordon.CLOSED)
                .isPresent();
        boolean isTaking = following != null && following.isTaking();
        RoleView.Role role = isFenced
                ? RoleView.Role.FENCED
                : known.isRecovered() && record.isPresent() ? RoleView.Role.REPLICA : RoleView.Role.BOOTSTRAPPING;
        return new RoleView(
                role,
                following == null ? 0 : following.epoch(),
                record.filter(GroupRecord::hasMaster).map(GroupRecord::masterAddress),
                false,
                isTaking && !isFenced && !isClosed,
                known.committed(),
                0,
                conditions());
    }

    private Set<RoleView.Condition> conditions() {
        Set<RoleView.Condition> conditions = EnumSet.noneOf(RoleView.Condition.class);
        if (!known.isRecordReadable()) {
            conditions.add(RoleView.Condition.RECORD_UNREACHABLE);
        }
        if (known.isRegressed()) {
            conditions.add(RoleView.Condition.ELECTION_RECORD_REGRESSED);
        }
        if (known.stored().isVolatile()) {
            conditions.add(RoleView.Condition.VOLATILE);
        }
        return conditions;
    }
}
