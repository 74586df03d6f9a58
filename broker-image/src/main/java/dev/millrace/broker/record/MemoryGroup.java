package dev.millrace.broker.record;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.broker.role.RecordRules;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * A broker group whose record is kept in memory: what an API server would do, at once and without faults, for simulations and
 * tests. Each process of the group connects for itself, with its own clock. The same calls in the same order give the same
 * answers.
 *
 * <p>Thread-safe: one lock. Nothing survives the process.
 */
public final class MemoryGroup {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private Optional<GroupState> state = Optional.empty();

    @GuardedBy("lock")
    private long made;

    @GuardedBy("lock")
    private long writes;

    @GuardedBy("lock")
    private Lease lease = Lease.FREE;

    @GuardedBy("lock")
    private final Map<Object, Runnable> watchers = new LinkedHashMap<>();

    /** Without a group yet. */
    public MemoryGroup() {}

    /** Makes the group, without a record; after {@link #delete} with another uid. */
    public GroupState create(GroupSpec spec) {
        requireLawful(RecordRules.specViolations(Optional.empty(), spec));
        synchronized (lock) {
            if (state.isPresent()) {
                throw new RecordStoreException("group " + spec.group() + " exists; delete it first", null);
            }
            made++;
            state = Optional.of(new GroupState("uid-" + made, nextVersion(), spec, Optional.empty()));
        }
        return changed();
    }

    /** As the operator does: the version moves, the record stays. A spec that is the same moves nothing. */
    public GroupState changeSpec(UnaryOperator<GroupSpec> change) {
        synchronized (lock) {
            GroupState now = now();
            GroupSpec next = change.apply(now.spec());
            if (next.equals(now.spec())) {
                return now;
            }
            requireLawful(RecordRules.specViolations(Optional.of(now.spec()), next));
            state = Optional.of(new GroupState(now.uid(), nextVersion(), next, now.record()));
        }
        return changed();
    }

    /** The group is gone, its lease is not. Watchers hear of it when there is a group again. */
    public void delete() {
        synchronized (lock) {
            state = Optional.empty();
        }
    }

    /**
     * What was at some time before is the state again, its version too, as after the backup of a whole API server was
     * restored: versions given since are given again.
     */
    public void restore(GroupState backup) {
        synchronized (lock) {
            state = Optional.of(backup);
            writes = Long.parseLong(backup.version());
        }
        changed();
    }

    /** The newest state. */
    public GroupState state() {
        synchronized (lock) {
            return now();
        }
    }

    /** Who has the lease; empty for nobody. */
    public String leaseHolder() {
        synchronized (lock) {
            return lease.holder();
        }
    }

    /**
     * The group as one process sees it.
     *
     * @param nanos that process's monotonic clock, for the lease
     * @param callbacks runs what watchers are told, one after the other
     */
    public ElectionRecord connect(LongSupplier nanos, Executor callbacks) {
        return new Connection(nanos, callbacks);
    }

    @GuardedBy("lock")
    private GroupState now() {
        return state.orElseThrow(() -> new RecordStoreException("the group does not exist; make it again", null));
    }

    @GuardedBy("lock")
    private String nextVersion() {
        writes++;
        return Long.toString(writes);
    }

    private static void requireLawful(List<String> violations) {
        if (!violations.isEmpty()) {
            throw new RecordStoreException("the spec is refused: " + String.join("; ", violations), null);
        }
    }

    /** Tells the watchers, outside of the lock. */
    private GroupState changed() {
        List<Runnable> told;
        GroupState now;
        synchronized (lock) {
            told = List.copyOf(watchers.values());
            now = now();
        }
        told.forEach(Runnable::run);
        return now;
    }

    private PutOutcome put(String uid, String version, GroupRecord next) {
        synchronized (lock) {
            if (state.isEmpty()
                    || !state.get().uid().equals(uid)
                    || !state.get().version().equals(version)) {
                return new PutOutcome.Conflict();
            }
            GroupState now = state.get();
            List<String> violations = RecordRules.violations(now, next);
            if (!violations.isEmpty()) {
                return new PutOutcome.Refused(violations);
            }
            if (now.record().filter(next::equals).isPresent()) {
                return new PutOutcome.Written(now);
            }
            state = Optional.of(new GroupState(uid, nextVersion(), now.spec(), Optional.of(next)));
        }
        return new PutOutcome.Written(changed());
    }

    /** Owner: any thread; observations of the lease are guarded by the group's lock. */
    private final class Connection implements ElectionRecord {
        private final LongSupplier nanos;
        private final Executor callbacks;

        @GuardedBy("lock")
        private final LeaseObserver observer = new LeaseObserver();

        Connection(LongSupplier nanos, Executor callbacks) {
            this.nanos = nanos;
            this.callbacks = callbacks;
        }

        @Override
        public CompletionStage<GroupState> read() {
            try {
                return CompletableFuture.completedFuture(state());
            } catch (RecordStoreException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletionStage<PutOutcome> put(String uid, String version, GroupRecord next) {
            return CompletableFuture.completedFuture(MemoryGroup.this.put(uid, version, next));
        }

        @Override
        public AutoCloseable watch(Consumer<GroupState> watcher) {
            Object key = new Object();
            Runnable told = () -> callbacks.execute(() -> latest().ifPresent(watcher));
            synchronized (lock) {
                watchers.put(key, told);
            }
            told.run();
            return () -> {
                synchronized (lock) {
                    watchers.remove(key);
                }
            };
        }

        private Optional<GroupState> latest() {
            synchronized (lock) {
                return state;
            }
        }

        @Override
        public CompletionStage<Boolean> renewLease(String holder, Duration term) {
            synchronized (lock) {
                if (state.isEmpty()) {
                    return CompletableFuture.failedFuture(
                            new RecordStoreException("the group does not exist; make it again", null));
                }
                long now = nanos.getAsLong();
                boolean isTaken = observer.mayTake(lease, holder, now, now);
                if (isTaken) {
                    lease = lease.heldBy(holder, term.toMillis());
                }
                return CompletableFuture.completedFuture(isTaken);
            }
        }

        @Override
        public CompletionStage<Void> releaseLease(String holder) {
            synchronized (lock) {
                if (lease.holder().equals(holder)) {
                    lease = lease.released();
                }
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            // There is nothing behind it that would have to end; watches are closed one by one.
        }
    }
}
