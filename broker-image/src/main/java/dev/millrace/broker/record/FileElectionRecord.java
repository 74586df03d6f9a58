package dev.millrace.broker.record;

import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of a broker group whose processes share a folder of one machine: local mode. Compare-and-swap under a lock of
 * the operating system; changes are seen by looking every 50 ms.
 *
 * <p>Owner: the {@code record} thread, which does all of it, watchers' callbacks included; callers may be any threads. Crash
 * behaviour: a write is there whole or not at all, and on disk when it is answered. What fails is never a conflict.
 */
public final class FileElectionRecord implements ElectionRecord {
    /** How often a watch looks. */
    static final long LOOK_MS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(FileElectionRecord.class);

    private final GroupFiles files;
    private final ScheduledExecutorService thread;
    private final LeaseObserver observer = new LeaseObserver();
    private volatile boolean isClosed;

    /**
     * @param folder of the group, made by {@link GroupFolder}
     * @param nanos monotonic clock
     * @param thread one thread, ended by whoever made it
     */
    public FileElectionRecord(Path folder, LongSupplier nanos, ScheduledExecutorService thread) {
        this.files = new GroupFiles(folder, nanos);
        this.thread = thread;
    }

    @Override
    public CompletionStage<GroupState> read() {
        return onThread(files::read);
    }

    @Override
    public CompletionStage<PutOutcome> put(String uid, String version, GroupRecord next) {
        return onThread(() -> files.put(uid, version, next)).exceptionally(FileElectionRecord::unknown);
    }

    private static PutOutcome unknown(Throwable failure) {
        Throwable cause =
                failure.getCause() == null || failure instanceof RecordStoreException ? failure : failure.getCause();
        return new PutOutcome.Unknown(String.valueOf(cause.getMessage()));
    }

    @Override
    public CompletionStage<Boolean> renewLease(String holder, Duration term) {
        return onThread(() -> files.renewLease(holder, term, observer));
    }

    @Override
    public CompletionStage<Void> releaseLease(String holder) {
        return onThread(() -> {
                    files.releaseLease(holder);
                    return true;
                })
                .thenAccept(released -> {});
    }

    @Override
    public AutoCloseable watch(Consumer<GroupState> watcher) {
        ScheduledFuture<?> looks = thread.scheduleWithFixedDelay(new Look(watcher), 0, LOOK_MS, TimeUnit.MILLISECONDS);
        return () -> looks.cancel(false);
    }

    @Override
    public void close() {
        isClosed = true;
    }

    private <T> CompletableFuture<T> onThread(Supplier<T> action) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        if (isClosed) {
                            throw new RecordStoreException("the record is closed; this process ends", null);
                        }
                        return action.get();
                    },
                    thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new RecordStoreException("the record's thread has ended; this process ends", e));
        }
    }

    /** One watch. Owner: the record thread. */
    private final class Look implements Runnable {
        private final Consumer<GroupState> watcher;
        private byte @Nullable [] seen;
        private String fault = "";

        Look(Consumer<GroupState> watcher) {
            this.watcher = watcher;
        }

        @Override
        public void run() {
            try {
                look();
            } catch (RecordStoreException e) {
                noteFault(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // The executor would end the watch without a word.
                LOG.error("a watcher of the election record failed; it will be told of the next change", e);
            }
        }

        private void look() {
            if (isClosed) {
                return;
            }
            byte @Nullable [] bytes = files.bytes().orElse(null);
            if (bytes == null) {
                noteFault("the group's file is missing");
            } else if (!Arrays.equals(bytes, seen)) {
                GroupState state = files.state(bytes);
                seen = bytes;
                fault = "";
                watcher.accept(state);
            }
        }

        /** Once for each kind; looking goes on. */
        private void noteFault(String text) {
            seen = null;
            if (!text.equals(fault)) {
                fault = text;
                LOG.atWarn().addKeyValue("error", text).log("the election record can't be seen");
            }
        }
    }
}
