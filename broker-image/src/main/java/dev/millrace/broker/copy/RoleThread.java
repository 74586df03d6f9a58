package dev.millrace.broker.copy;

import dev.millrace.broker.replication.PeerEvents;
import dev.millrace.broker.replication.Replication;
import dev.millrace.broker.role.Copy;
import dev.millrace.broker.role.CopyIdentity;
import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message;
import dev.millrace.broker.role.RoleView;
import dev.millrace.broker.role.StoredState;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.replica.GroupStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets {@link Copy} decide, one event after the other, and has its effects performed.
 *
 * <p>Owner: thread {@code role}; the methods of {@link GroupCopy} and {@link PeerEvents} are for others.
 */
final class RoleThread implements GroupCopy, PeerEvents, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RoleThread.class);
    private static final long TICK_MS = 20;

    private final CopyIdentity identity;
    private final GroupStore store;
    private final RoleInbox inbox;
    private final Copy copy;
    private final StoredState storedAtStart;
    private final LongSupplier nowMs;
    private final List<Consumer<CopyStatus>> watchers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<CopyEnd> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile @Nullable Started started;
    private volatile CopyStatus status;
    private volatile long masterEnd;
    private volatile boolean isEndRequested;
    private volatile boolean isClosed;

    /**
     * What there is once the connections are.
     *
     * @param first writes the group's first record, if this copy is the one that does
     * @param closeOthers ends the record, the watch and its thread
     */
    record Started(
            Performer performer, Replication replication, Optional<FirstRecordWriter> first, Runnable closeOthers) {}

    RoleThread(CopyIdentity identity, GroupStore store, RoleInbox inbox, LongSupplier nowMs) {
        this.identity = identity;
        this.store = store;
        this.inbox = inbox;
        this.nowMs = nowMs;
        this.storedAtStart = Performer.stored(store.identity());
        this.copy = new Copy(identity, storedAtStart, store.committedPosition());
        this.status = new CopyStatus(identity.replica(), copy.view(), storedAtStart.record(), store.endPosition(), 0);
    }

    /** What the performer acts on, when the rest is there. */
    Performer.Parts parts(ElectionRecord record, Replication replication) {
        return new Performer.Parts(
                store, record, replication, inbox, identity.incarnation(), this::published, this::failed, this::over);
    }

    /** What this copy tells of itself. */
    Message.Report report() {
        StoredState stored = Performer.stored(store.identity());
        return new Message.Report(
                0,
                new Member(identity.replica(), stored.storageId()),
                stored,
                true,
                store.epochs().lastEpoch(),
                store.endPosition());
    }

    /** Before the thread begins. */
    void start(Started all) {
        started = all;
    }

    private Started started() {
        Started all = started;
        if (all == null) {
            throw new AssertionError("the role thread runs before it was started");
        }
        return all;
    }

    @Override
    public void run() {
        inbox.own();
        try {
            inbox.logMoved();
            long tickedMs = Long.MIN_VALUE / 2;
            while (!isClosed) {
                boolean isBusy = handleSome();
                long now = nowMs.getAsLong();
                if (now - tickedMs >= TICK_MS) {
                    tickedMs = now;
                    handle(new Event.Tick());
                    started().performer.tick();
                    started().first.ifPresent(first -> first.tick(now));
                } else if (!isBusy) {
                    inbox.await(TICK_MS - (now - tickedMs));
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the role thread failed", e);
            failed("the role thread failed: " + e);
        } finally {
            stopped.complete(null);
        }
    }

    private boolean handleSome() {
        boolean isBusy = false;
        if (inbox.takeLogMoved()) {
            handle(new Event.LogAdvanced(store.endPosition(), store.forcedPosition(), store.epochs()));
            isBusy = true;
        }
        for (Event event = inbox.poll(); event != null && !isClosed; event = inbox.poll()) {
            look(event);
            isBusy = true;
        }
        return isBusy;
    }

    private void look(Event event) {
        if (event instanceof Event.Received received) {
            if (received.message() instanceof Message.Heartbeat beat) {
                masterEnd = beat.masterEnd();
            }
            boolean isOther = received.message() instanceof Message.Report report
                    && started().first.filter(first -> first.reported(report)).isPresent();
            if (isOther) {
                return;
            }
        } else if (event instanceof Event.RecordSeen seen) {
            started().first.ifPresent(first -> first.seen(seen.state()));
            tell(status.view(), newer(seen.state().record()));
        }
        handle(event);
    }

    private Optional<GroupRecord> newer(Optional<GroupRecord> seen) {
        Optional<GroupRecord> known = status.record();
        boolean isOlder = seen.isEmpty()
                || known.filter(record -> seen.get().isOlderThan(record)).isPresent();
        return isOlder ? known : seen;
    }

    private void handle(Event event) {
        copy.handle(event, nowMs.getAsLong());
        List<Effect> effects = copy.takeEffects();
        for (Effect effect : effects) {
            started().performer.perform(effect);
        }
    }

    private void published(RoleView view) {
        if (view.role() != status.view().role() || view.epoch() != status.view().epoch()) {
            LOG.atInfo()
                    .addKeyValue("epoch", view.epoch())
                    .addKeyValue("position", store.endPosition())
                    .log("copy {} is {}, conditions {}", identity.replica(), view.role(), view.conditions());
        }
        tell(view, status.record());
    }

    private void tell(RoleView view, Optional<GroupRecord> record) {
        CopyStatus before = status;
        CopyStatus now = new CopyStatus(identity.replica(), view, record, store.endPosition(), masterEnd);
        status = now;
        if (!before.view().equals(view) || !before.record().equals(record)) {
            watchers.forEach(watcher -> watcher.accept(now));
        }
    }

    private void failed(String reason) {
        ended.complete(new CopyEnd.Failed(reason));
    }

    private void over() {
        ended.complete(
                isEndRequested
                        ? new CopyEnd.Asked()
                        : new CopyEnd.Diverged("this copy has records that the group lost, as was approved or as its"
                                + " acknowledgement allows"));
    }

    @Override
    public GroupStore store() {
        return store;
    }

    @Override
    public CopyStatus status() {
        CopyStatus known = status;
        return new CopyStatus(known.copy(), known.view(), known.record(), store.endPosition(), masterEnd);
    }

    @Override
    public AutoCloseable watch(Consumer<CopyStatus> watcher) {
        watchers.add(watcher);
        watcher.accept(status());
        return () -> watchers.remove(watcher);
    }

    @Override
    public void endRequested() {
        isEndRequested = true;
        inbox.put(new Event.EndRequested());
    }

    @Override
    public CompletionStage<CopyEnd> ended() {
        return ended;
    }

    @Override
    public void received(int peer, Message message) {
        inbox.received(peer, message);
    }

    @Override
    public void gone(int peer, boolean isRefused) {
        inbox.put(new Event.PeerGone(peer, isRefused));
    }

    @Override
    public void probed(int peer, boolean isReached) {
        inbox.put(new Event.Probed(peer, isReached));
    }

    @Override
    public void removed(int peer, long minPosition, EpochHistory history) {
        boolean isEmpty = store.endPosition() == store.messages().minPosition();
        ended.complete(new CopyEnd.BeginAt(
                minPosition,
                history,
                isEmpty,
                "this copy ends at position " + store.endPosition() + ", the log of copy " + peer
                        + " begins at position " + minPosition));
    }

    /** The store failed. */
    void storeFailed(String reason) {
        failed(reason);
    }

    @Override
    public void close() {
        isClosed = true;
        inbox.wake();
        Started all = started();
        all.replication.close();
        stopped.join();
        all.closeOthers.run();
        store.close();
    }
}
