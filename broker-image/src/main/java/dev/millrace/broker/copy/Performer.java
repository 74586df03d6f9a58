package dev.millrace.broker.copy;

import dev.millrace.broker.record.RecordText;
import dev.millrace.broker.replication.Replication;
import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.RoleView;
import dev.millrace.broker.role.StoredState;
import dev.millrace.store.epoch.StoreIdentity;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Does what a copy's decisions ask for, in their order, and tells the role thread what came of it.
 *
 * <p>Owner: role thread.
 */
final class Performer {
    private static final int STORE_SECONDS_MAX = 60;

    private final Parts parts;
    private Mode mode = Mode.REPLICA;
    private long unsaidCommitted = -1;

    /**
     * What effects act on.
     *
     * @param holder name of this process for the lease
     * @param onView takes what is published, once the store obeys it
     * @param onFault takes the reason why this copy can't go on
     */
    record Parts(
            GroupStore store,
            ElectionRecord record,
            Replication replication,
            RoleInbox inbox,
            String holder,
            Consumer<RoleView> onView,
            Consumer<String> onFault,
            Runnable onEnd) {}

    /** What the store does with appends. */
    private enum Mode {
        REPLICA,
        MASTER,
        REFUSING
    }

    Performer(Parts parts) {
        this.parts = parts;
    }

    /** What the disk holds. */
    static StoredState stored(StoreIdentity identity) {
        StoreIdentity.Seen seen = identity.seen();
        Optional<GroupRecord> record =
                seen.record().isEmpty() ? Optional.empty() : Optional.of(RecordText.read(seen.record()));
        return new StoredState(identity.storageId(), seen.epoch(), record, seen.isVolatile(), seen.promisedEpoch());
    }

    void perform(Effect effect) {
        switch (effect) {
            case Effect.ReadRecord read -> read(read.readId());
            case Effect.PutRecord put ->
                parts.record
                        .put(put.uid(), put.version(), put.next())
                        .thenAccept(outcome -> parts.inbox.put(new Event.PutDone(put.putId(), outcome)));
            case Effect.RenewLease renew ->
                parts.record
                        .renewLease(parts.holder, Duration.ofSeconds(renew.seconds()))
                        .thenAccept(isHeld -> parts.inbox.put(new Event.LeaseDone(renew.leaseId(), isHeld)));
            case Effect.ReleaseLease release -> parts.record.releaseLease(parts.holder);
            case Effect.Send send -> parts.replication.send(send.peer(), send.message());
            case Effect.Persist persist -> persist(persist);
            case Effect.Cut cut -> cut(cut.position());
            case Effect.BeginEpoch begin -> begin(begin.epoch());
            case Effect.StreamTo stream ->
                parts.replication.streamTo(stream.peer(), stream.session(), stream.epoch(), stream.from());
            case Effect.TakeFrom take -> parts.replication.takeFrom(take.peer(), take.session(), take.epoch());
            case Effect.EndStreams end -> parts.replication.endStreams();
            case Effect.Probe probe -> parts.replication.probe(probe.peer());
            case Effect.Publish publish -> publish(publish.view());
            // Nobody asks yet: the record of a folder is rebuilt by hand.
            case Effect.GiveReport report -> {}
            case Effect.End end -> parts.onEnd.run();
        }
    }

    /** What could not be said at its time. */
    void tick() {
        if (unsaidCommitted >= 0 && parts.store.committed(unsaidCommitted)) {
            unsaidCommitted = -1;
        }
    }

    private void read(long readId) {
        parts.record.read().whenComplete((state, fault) -> {
            if (state != null) {
                parts.inbox.put(new Event.RecordSeen(readId, state));
            } else {
                parts.inbox.put(new Event.ReadFailed(readId, String.valueOf(fault)));
            }
        });
    }

    private void persist(Effect.Persist persist) {
        StoredState state = persist.state();
        parts.store
                .identity()
                .save(new StoreIdentity.Seen(
                        state.epoch(),
                        state.record().map(RecordText::of).orElse(""),
                        state.isVolatile(),
                        state.promisedEpoch()));
        parts.inbox.put(new Event.Stored(persist.ticket()));
    }

    private void cut(long position) {
        setMode(Mode.REPLICA);
        CompletionStage<CopyOutcome> cut = parts.store.cutTo(position);
        whenDone(
                cut,
                () -> parts.inbox.put(new Event.CutDone(
                        parts.store.endPosition(), parts.store.forcedPosition(), parts.store.epochs())));
    }

    private void begin(long epoch) {
        setMode(Mode.REPLICA);
        boolean isFirst = parts.store.epochs().entries().isEmpty();
        whenDone(parts.store.beginEpoch(epoch, isFirst ? 0 : parts.store.endPosition()), parts.inbox::logMoved);
    }

    private void whenDone(CompletionStage<CopyOutcome> stage, Runnable next) {
        stage.whenComplete((outcome, fault) -> {
            if (outcome instanceof CopyOutcome.Done) {
                next.run();
            } else {
                parts.onFault.accept(String.valueOf(outcome == null ? fault : outcome));
            }
        });
    }

    private void publish(RoleView view) {
        if (!parts.store.committed(view.committed())) {
            unsaidCommitted = view.committed();
        }
        setMode(modeOf(view));
        parts.onView.accept(view);
    }

    private static Mode modeOf(RoleView view) {
        if (view.isWritable()) {
            return Mode.MASTER;
        }
        return switch (view.role()) {
            case BOOTSTRAPPING, REPLICA, WINNER, DIVERGED -> Mode.REPLICA;
            case MASTER, STEPPING_DOWN, FENCED -> Mode.REFUSING;
        };
    }

    private void setMode(Mode next) {
        if (next == mode) {
            return;
        }
        CompletionStage<CopyOutcome> change = switch (next) {
            case REPLICA -> parts.store.becomeReplica();
            case MASTER -> parts.store.becomeMaster();
            case REFUSING -> parts.store.refuseAppends();
        };
        CopyOutcome outcome = change.toCompletableFuture()
                .completeOnTimeout(
                        new CopyOutcome.Failed("the store did not answer within " + STORE_SECONDS_MAX + " s"),
                        STORE_SECONDS_MAX,
                        TimeUnit.SECONDS)
                .join();
        if (!(outcome instanceof CopyOutcome.Done)) {
            parts.onFault.accept("the store can't be " + next + ": " + outcome);
        }
        mode = next;
    }
}
