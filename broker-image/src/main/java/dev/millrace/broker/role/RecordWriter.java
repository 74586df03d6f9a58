package dev.millrace.broker.role;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One write of the record at a time, from the wish to the certainty what became of it.
 *
 * <pre>
 *   idle -&gt; asking the other copies -&gt; reading -&gt; [taking the lease -&gt; asking -&gt; reading] -&gt; putting -&gt; won
 *                                                                                    |  ^
 *                                              no answer, or one that proves nothing v  | the record is still the old one
 *                                                                                resolving -&gt; won or lost
 * </pre>
 *
 * <p>Owner: role thread.
 */
final class RecordWriter {
    private static final long PAUSE_MS = 100;
    private static final long READ_MAX_MS = 1_000;
    private static final long PUT_MAX_MS = 1_500;
    private static final long RESOLVE_PAUSE_MS = 200;

    private final Known known;
    private final Outbox outbox;
    private final Lease lease;
    private final BiPredicate<Intent, Collection<Message.Report>> grounds;

    private Phase phase = Phase.IDLE;
    private Intent intent = Intent.of(Intent.Kind.ELECT);
    private long sinceMs;
    private long idleUntilMs;
    private long readId;
    private long putId;
    private boolean isRefused;
    private boolean isLeaseWanted;
    private Round round = new Round(0);
    private @Nullable Write write;
    private @Nullable Result result;

    private enum Phase {
        IDLE,
        ASKING,
        READING,
        LEASING,
        PUTTING,
        RESOLVING
    }

    /** What the other copies answered to one question. */
    private static final class Round {
        final long askId;
        final Map<Integer, Message.Report> reports = new HashMap<>();
        final Set<Integer> gone = new HashSet<>();

        Round(long askId) {
            this.askId = askId;
        }
    }

    /** A record, and the state that it is based on. */
    private record Write(GroupState basis, GroupRecord next) {}

    /** What became of a write. */
    record Result(Intent intent, Optional<GroupRecord> written) {}

    /**
     * @param grounds whether there is still reason for an intent, given what the other copies just reported; asked at the moment
     *     the write is sent
     */
    RecordWriter(Known known, Outbox outbox, Lease lease, BiPredicate<Intent, Collection<Message.Report>> grounds) {
        this.known = known;
        this.outbox = outbox;
        this.lease = lease;
        this.grounds = grounds;
    }

    boolean isIdle(long nowMs) {
        return phase == Phase.IDLE && nowMs >= idleUntilMs;
    }

    /** Whether what it is about to write needs the lease, or was sent with it. */
    boolean isLeaseWanted() {
        return isLeaseWanted;
    }

    /** What was sent and may be, or become, the record. */
    Optional<GroupRecord> pending() {
        return phase == Phase.PUTTING || phase == Phase.RESOLVING
                ? Optional.ofNullable(write).map(Write::next)
                : Optional.empty();
    }

    /** The outcome of the last intent, once. */
    Optional<Result> takeResult() {
        Optional<Result> taken = Optional.ofNullable(result);
        result = null;
        return taken;
    }

    void begin(Intent wish, long nowMs) {
        intent = wish;
        write = null;
        isRefused = false;
        ask(nowMs);
    }

    private void ask(long nowMs) {
        phase = Phase.ASKING;
        sinceMs = nowMs;
        round = new Round(outbox.nextId());
        int copies = known.spec().orElseThrow().copies();
        for (int peer = 0; peer < copies; peer++) {
            if (peer != known.identity.replica()) {
                outbox.send(peer, new Message.Ask(round.askId));
            }
        }
    }

    /** Drops what was not sent yet. */
    void abandon(long nowMs) {
        if (phase != Phase.PUTTING && phase != Phase.RESOLVING && phase != Phase.IDLE) {
            idle(nowMs);
        }
    }

    /** Forgets what was sent, too: its outcome no longer matters to anybody. */
    void abandonAll() {
        phase = Phase.IDLE;
        write = null;
        isLeaseWanted = false;
        result = null;
    }

    void tick(long nowMs) {
        GroupSpec spec = known.spec().orElse(null);
        if (spec == null) {
            return;
        }
        switch (phase) {
            case ASKING -> {
                if (round.reports.size() + round.gone.size() >= spec.copies() - 1
                        || nowMs - sinceMs >= spec.timers().askMs()) {
                    read(nowMs, Phase.READING);
                }
            }
            case READING -> {
                if (nowMs - sinceMs >= READ_MAX_MS) {
                    idle(nowMs);
                }
            }
            case LEASING -> {
                if (lease.isHeld(nowMs)) {
                    ask(nowMs);
                } else if (nowMs - sinceMs >= 2_000L * spec.timers().leaseSeconds()) {
                    idle(nowMs);
                }
            }
            case PUTTING -> {
                if (nowMs - sinceMs >= PUT_MAX_MS) {
                    read(nowMs, Phase.RESOLVING);
                }
            }
            case RESOLVING -> {
                if (nowMs - sinceMs >= (readId == 0 ? RESOLVE_PAUSE_MS : READ_MAX_MS)) {
                    read(nowMs, Phase.RESOLVING);
                }
            }
            case IDLE -> {}
        }
    }

    void reported(int peer, Message.Report report) {
        if (phase == Phase.ASKING && report.askId() == round.askId) {
            round.reports.put(peer, report);
            round.gone.remove(peer);
        }
    }

    void peerGone(int peer) {
        if (phase == Phase.ASKING && !round.reports.containsKey(peer)) {
            round.gone.add(peer);
        }
    }

    private void read(long nowMs, Phase reading) {
        phase = reading;
        sinceMs = nowMs;
        readId = outbox.nextId();
        outbox.add(new Effect.ReadRecord(readId));
    }

    void readFailed(Event.ReadFailed failed, long nowMs) {
        if (failed.readId() != readId) {
            return;
        }
        readId = 0;
        if (phase == Phase.READING) {
            idle(nowMs);
        } else if (phase == Phase.RESOLVING) {
            sinceMs = nowMs;
        }
    }

    /**
     * The record was read.
     *
     * @param isKnown whether it is as new as what this copy knew
     */
    void seen(Event.RecordSeen seen, boolean isKnown, long nowMs) {
        if (seen.readId() == 0 || seen.readId() != readId) {
            return;
        }
        readId = 0;
        if (phase == Phase.READING) {
            propose(seen.state(), isKnown, nowMs);
        } else if (phase == Phase.RESOLVING) {
            resolve(seen.state(), nowMs);
        }
    }

    private void propose(GroupState state, boolean isKnown, long nowMs) {
        boolean isNewerElsewhere = known.checks.isNewerElsewhere(state.record(), round.reports.values());
        if (isNewerElsewhere) {
            known.setRegressed();
        }
        if (!isKnown || isNewerElsewhere || !grounds.test(intent, round.reports.values())) {
            idle(nowMs);
            return;
        }
        String nonce = known.identity.incarnation() + "-" + outbox.nextId();
        GroupRecord proposal = Proposals.of(intent, known, state, round.reports.values(), nonce)
                .orElse(null);
        if (proposal == null) {
            idle(nowMs);
            return;
        }
        isLeaseWanted = isLeaseNeeded(proposal);
        if (isLeaseWanted && !lease.isHeld(nowMs)) {
            phase = Phase.LEASING;
            sinceMs = nowMs;
            lease.want(true);
            return;
        }
        write = new Write(state, proposal);
        put(nowMs);
    }

    private boolean isLeaseNeeded(GroupRecord proposal) {
        return proposal.hasMaster() && known.checks.isLeaseNeeded(known.spec().orElseThrow(), proposal.syncSet());
    }

    private void put(long nowMs) {
        if (write == null) {
            return;
        }
        phase = Phase.PUTTING;
        sinceMs = nowMs;
        putId = outbox.nextId();
        outbox.add(
                new Effect.PutRecord(putId, write.basis().uid(), write.basis().version(), write.next()));
    }

    void putDone(Event.PutDone done, long nowMs) {
        if (done.putId() != putId || phase != Phase.PUTTING) {
            return;
        }
        switch (done.outcome()) {
            case PutOutcome.Written written -> won(written.state().record().orElseThrow(), nowMs);
            case PutOutcome.Refused refused -> {
                isRefused = true;
                read(nowMs, Phase.RESOLVING);
            }
            case PutOutcome.Conflict conflict -> read(nowMs, Phase.RESOLVING);
            case PutOutcome.Unknown unknown -> {
                phase = Phase.RESOLVING;
                sinceMs = nowMs;
                readId = 0;
            }
        }
    }

    private void resolve(GroupState state, long nowMs) {
        if (write == null) {
            return;
        }
        GroupRecord next = write.next();
        String nonce = next.nonce();
        // What a watch showed before counts, too.
        boolean isOurs = Stream.concat(state.record().stream(), known.record().stream())
                .anyMatch(record -> record.nonce().equals(nonce));
        if (isOurs) {
            won(next, nowMs);
        } else if (isRefused || known.checks.isLost(state, write.basis(), next) || isOutrun(next)) {
            result = new Result(intent, Optional.empty());
            idle(nowMs);
        } else {
            put(nowMs);
        }
    }

    /** Whether an election has come after it: whatever became of it, it binds nobody any more. */
    private boolean isOutrun(GroupRecord sent) {
        return known.record().filter(record -> record.epoch() > sent.epoch()).isPresent();
    }

    private void won(GroupRecord record, long nowMs) {
        result = new Result(intent, Optional.of(record));
        idle(nowMs);
        idleUntilMs = nowMs;
    }

    private void idle(long nowMs) {
        phase = Phase.IDLE;
        write = null;
        isLeaseWanted = false;
        idleUntilMs = nowMs + PAUSE_MS;
    }
}
