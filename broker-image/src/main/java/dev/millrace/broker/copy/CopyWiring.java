package dev.millrace.broker.copy;

import dev.millrace.broker.record.FileElectionRecord;
import dev.millrace.broker.replication.Replication;
import dev.millrace.broker.replication.ReplicationException;
import dev.millrace.broker.replication.ThreadStarter;
import dev.millrace.broker.role.CopyIdentity;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.Member;
import dev.millrace.store.FlushMode;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.replica.GroupStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a copy of a broker group: makes its parts and threads.
 *
 * <p>Owner: the calling thread.
 */
public final class CopyWiring {
    private static final Logger LOG = LoggerFactory.getLogger(CopyWiring.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The copy that writes the first record of a group. */
    private static final int FIRST_WRITER = 0;

    private CopyWiring() {}

    /**
     * Opens the store as a replica, starts to talk with the other copies and to decide.
     *
     * @throws StoreException if the store can't be opened
     * @throws ReplicationException if the port for other copies is in use
     */
    public static GroupCopy open(CopyConfig config, CopyNames names, StoreConfig store, StoreDependencies deps) {
        RoleInbox inbox = new RoleInbox();
        AtomicReference<Runnable> moved = new AtomicReference<>(() -> {});
        AtomicReference<RoleThread> opened = new AtomicReference<>();
        GroupStore groupStore = StoreWiring.openInGroup(
                store,
                hearing(deps, opened),
                new GroupMembership(names.cluster(), names.group(), CopyWiring::bootId, CopyWiring::random, () -> {
                    inbox.logMoved();
                    Objects.requireNonNull(moved.get()).run();
                }));
        boolean isOpen = false;
        try {
            RoleThread role = start(config, names, store, groupStore, inbox, moved);
            opened.set(role);
            isOpen = true;
            return role;
        } finally {
            if (!isOpen) {
                groupStore.close();
            }
        }
    }

    /** An empty copy's log begins there from now on; while it is closed. */
    public static void beginAt(StoreConfig store, StoreDependencies deps, CopyEnd.BeginAt begin) {
        StoreWiring.beginCopyAt(store, deps.disk(), begin.position(), begin.history());
    }

    private static RoleThread start(
            CopyConfig config,
            CopyNames names,
            StoreConfig store,
            GroupStore groupStore,
            RoleInbox inbox,
            AtomicReference<Runnable> moved) {
        String incarnation = random();
        LongSupplier nowMs = monotonicMs();
        RoleThread role = new RoleThread(
                new CopyIdentity(
                        config.copy(), incarnation, names.clientAddress(), store.flushMode() == FlushMode.SYNC),
                groupStore,
                inbox,
                nowMs);
        ThreadStarter threads = CopyWiring::startDaemon;
        Replication replication = Replication.start(
                new Replication.Identity(
                        names.cluster(),
                        names.group(),
                        new Member(config.copy(), groupStore.identity().storageId()),
                        incarnation,
                        config.addresses()),
                groupStore,
                role,
                threads);
        ScheduledExecutorService recordThread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "record");
            made.setDaemon(true);
            return made;
        });
        FileElectionRecord record = new FileElectionRecord(config.folder(), System::nanoTime, recordThread);
        Set<Integer> others = new TreeSet<>(config.addresses().keySet());
        others.remove(config.copy());
        Optional<FirstRecordWriter> first = config.copy() == FIRST_WRITER
                ? Optional.of(new FirstRecordWriter(new FirstRecordWriter.Parts(
                        record,
                        replication,
                        others,
                        role::report,
                        CopyWiring::random,
                        () -> Instant.now().toString())))
                : Optional.empty();
        role.start(new RoleThread.Started(new Performer(role.parts(record, replication)), replication, first, () -> {
            record.close();
            recordThread.shutdownNow();
        }));
        AutoCloseable watch = record.watch(state -> inbox.put(new Event.RecordSeen(0, state)));
        LOG.debug("watching {}", watch);
        moved.set(replication::logMoved);
        startDaemon("role", role);
        return role;
    }

    private static StoreDependencies hearing(StoreDependencies deps, AtomicReference<RoleThread> opened) {
        return new StoreDependencies(
                deps.disk(),
                deps.wallClock(),
                deps.nanoTime(),
                deps.threads(),
                fault -> {
                    deps.onFault().accept(fault);
                    RoleThread role = opened.get();
                    if (role != null) {
                        role.storeFailed(String.valueOf(fault.getMessage()));
                    }
                },
                deps.recovery(),
                deps.followers());
    }

    private static LongSupplier monotonicMs() {
        long start = System.nanoTime();
        return () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static Thread startDaemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static String random() {
        return UUID.randomUUID().toString();
    }

    /** Where a machine does not say which boot it is, each start of a process may be a new one. */
    private static String bootId() {
        if (!Files.exists(BOOT_ID)) {
            return random();
        }
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + BOOT_ID, e);
        }
    }
}
