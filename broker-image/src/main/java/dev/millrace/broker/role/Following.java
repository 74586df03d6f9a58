package dev.millrace.broker.role;

/**
 * A copy's sessions with the master that the record names.
 *
 * <pre>
 *   asked --Accept--&gt; epoch forced --Cut--&gt; cut forced --&gt; taking --silence--&gt; asked, with a new session
 * </pre>
 *
 * <p>Owner: role thread.
 */
final class Following {
    private static final long ASK_AGAIN_MS = 200;

    private final Known known;
    private final Outbox outbox;
    private final int master;

    private Phase phase = Phase.ASKED;
    private long session;
    private long epoch;
    private long cutAt;
    private long askedAtMs;
    private long heardAtMs;
    private boolean isDenied;
    private boolean isDiverged;

    private enum Phase {
        ASKED,
        FORCING,
        CUTTING,
        TAKING,
        OVER
    }

    Following(Known known, Outbox outbox, int master, long nowMs) {
        this.known = known;
        this.outbox = outbox;
        this.master = master;
        this.heardAtMs = nowMs;
        ask(nowMs);
    }

    int master() {
        return master;
    }

    long epoch() {
        return epoch;
    }

    boolean isTaking() {
        return phase == Phase.TAKING;
    }

    /** Whether to follow would cut what this copy knows to be committed. */
    boolean isDiverged() {
        return isDiverged;
    }

    /** When the master was last heard as master, ms. */
    long heardAtMs() {
        return heardAtMs;
    }

    /** Whether the peer answered since then, but not as master. */
    boolean isDenied() {
        return isDenied;
    }

    void tick(long nowMs, long suspicionMs) {
        boolean isStale = phase == Phase.TAKING && nowMs - heardAtMs > suspicionMs / 2;
        if ((phase == Phase.ASKED || isStale) && !known.isLogChanging() && nowMs - askedAtMs >= ASK_AGAIN_MS) {
            ask(nowMs);
        }
    }

    /** For good: what still waits for the disk has no effect. */
    void stop() {
        lost();
        phase = Phase.OVER;
    }

    /** The connection is gone: the next session begins soon. */
    void lost() {
        if (phase != Phase.ASKED && phase != Phase.OVER) {
            outbox.add(new Effect.EndStreams());
            phase = Phase.ASKED;
        }
    }

    private void ask(long nowMs) {
        lost();
        askedAtMs = nowMs;
        session = outbox.nextId();
        outbox.send(
                master,
                new Message.Follow(
                        session,
                        known.me(),
                        known.identity.incarnation(),
                        known.stored().epoch(),
                        known.history(),
                        known.end()));
    }

    void accepted(Message.Accept accept, long nowMs) {
        if (accept.session() != session || phase != Phase.ASKED || known.isLogChanging()) {
            return;
        }
        if (!known.checks.isEpochTaken(known.stored().epoch(), accept.epoch())) {
            return;
        }
        if (accept.cutAt() < known.committed()) {
            isDiverged = true;
            return;
        }
        heard(nowMs);
        epoch = accept.epoch();
        cutAt = accept.cutAt();
        phase = Phase.FORCING;
        long accepted = session;
        if (epoch > known.stored().epoch()) {
            known.persist(known.stored().withEpoch(epoch));
        }
        Runnable cut = () -> {
            if (session == accepted && phase == Phase.FORCING) {
                cut();
            }
        };
        if (known.checks.isEpochForcedFirst()) {
            known.whenForced(cut);
        } else {
            cut.run();
        }
    }

    private void cut() {
        // Also for an epoch in which nothing was written: what comes now would count as written in it.
        boolean isHistoryCut = !known.history().cutAt(cutAt).equals(known.history());
        if (cutAt < known.end() || isHistoryCut) {
            phase = Phase.CUTTING;
            known.cut(cutAt);
        } else {
            take();
        }
    }

    void cutDone() {
        if (phase == Phase.CUTTING && !known.isLogChanging() && known.end() == cutAt) {
            take();
        }
    }

    private void take() {
        phase = Phase.TAKING;
        outbox.add(new Effect.TakeFrom(master, session, epoch));
        acknowledge();
    }

    /** Tells the master how far this copy is; at the beginning of a session, after each change and as sign of life. */
    void acknowledge() {
        if (phase == Phase.TAKING) {
            outbox.send(master, new Message.Acknowledge(session, epoch, known.position()));
        }
    }

    void denied(Message.Deny deny) {
        if (deny.session() == session) {
            isDenied = true;
        }
    }

    void heartbeat(Message.Heartbeat beat, long nowMs) {
        if (beat.session() != session || beat.epoch() != epoch || phase == Phase.ASKED) {
            return;
        }
        heard(nowMs);
        if (phase == Phase.TAKING) {
            known.commit(Math.min(beat.committed(), known.end()));
            boolean hasAll = known.position() >= beat.masterEnd()
                    && epoch == known.stored().epoch();
            if (known.stored().isVolatile() && hasAll) {
                known.persist(known.stored().withVolatile(false));
            }
            acknowledge();
        }
    }

    private void heard(long nowMs) {
        heardAtMs = nowMs;
        isDenied = false;
    }
}
