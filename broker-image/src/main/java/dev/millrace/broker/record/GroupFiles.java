package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.broker.role.RecordRules;
import dev.millrace.protocol.BadFieldException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The two files of a broker group, for {@link FileElectionRecord} and {@link GroupFolder}. A file whose content can't be is
 * never written over, but by {@link #restore}.
 *
 * <p>Thread-safe, also between processes; crash behaviour: that of {@link SharedFolder}.
 */
final class GroupFiles {
    static final String GROUP = "group.json";
    static final String LEASE = "lease.json";

    private final SharedFolder folder;
    private final LongSupplier nanos;

    GroupFiles(Path path, LongSupplier nanos) {
        this.folder = new SharedFolder(path, nanos);
        this.nanos = nanos;
    }

    /** As it stands there, whole; empty if there is no group. */
    Optional<byte[]> bytes() {
        return folder.read(GROUP);
    }

    GroupState read() {
        return state(bytes().orElseThrow(this::missing));
    }

    GroupState state(byte[] bytes) {
        try {
            return GroupFile.state(bytes);
        } catch (BadFieldException e) {
            throw nonsense(GROUP, e, "put a whole copy in its place; brokers neither obey it nor write over it");
        }
    }

    PutOutcome put(String uid, String version, GroupRecord next) {
        return folder.locked(() -> {
            byte[] bytes = bytes().orElseThrow(this::missing);
            GroupState now = state(bytes);
            if (!now.uid().equals(uid) || !now.version().equals(version)) {
                return new PutOutcome.Conflict();
            }
            List<String> violations = RecordRules.violations(now, next);
            if (!violations.isEmpty()) {
                return new PutOutcome.Refused(violations);
            }
            if (now.record().filter(next::equals).isPresent()) {
                return new PutOutcome.Written(now);
            }
            return new PutOutcome.Written(write(uid, writes(bytes) + 1, now.spec(), Optional.of(next)));
        });
    }

    GroupState create(String uid, GroupSpec spec) {
        requireLawful(RecordRules.specViolations(Optional.empty(), spec));
        folder.create();
        return folder.locked(() -> {
            if (bytes().isPresent()) {
                throw new RecordStoreException(
                        folder.file(GROUP) + " exists; delete the group first, or leave it as it is", null);
            }
            if (folder.read(LEASE).isEmpty()) {
                folder.replace(LEASE, LeaseFile.encode(Lease.FREE));
            }
            return write(uid, 1, spec, Optional.empty());
        });
    }

    GroupState changeSpec(Function<GroupSpec, GroupSpec> change) {
        return folder.locked(() -> {
            byte[] bytes = bytes().orElseThrow(this::missing);
            GroupState now = state(bytes);
            GroupSpec next = change.apply(now.spec());
            requireLawful(RecordRules.specViolations(Optional.of(now.spec()), next));
            return next.equals(now.spec()) ? now : write(now.uid(), writes(bytes) + 1, next, now.record());
        });
    }

    /** Without a word about a group that is not there. */
    void delete() {
        folder.locked(() -> {
            folder.remove(GROUP);
            return true;
        });
    }

    GroupState restore(byte[] backup) {
        GroupState state = state(backup);
        folder.create();
        return folder.locked(() -> {
            folder.replace(GROUP, backup);
            return state;
        });
    }

    /** A lease that is not there may have been taken away from under its holder: it is watched for a whole term too. */
    boolean renewLease(String holder, Duration term, LeaseObserver observer) {
        return folder.locked(() -> {
            long usualMs = TimeUnit.SECONDS.toMillis(read().spec().timers().leaseSeconds());
            long before = nanos.getAsLong();
            Lease lease = lease().orElse(new Lease("nobody known", 0, Math.max(usualMs, term.toMillis())));
            if (!observer.mayTake(lease, holder, before, nanos.getAsLong())) {
                return false;
            }
            folder.replace(LEASE, LeaseFile.encode(lease.heldBy(holder, term.toMillis())));
            return true;
        });
    }

    void releaseLease(String holder) {
        folder.locked(() -> {
            Optional<Lease> held = lease().filter(lease -> lease.holder().equals(holder));
            if (held.isPresent()) {
                folder.replace(LEASE, LeaseFile.encode(held.get().released()));
            }
            return true;
        });
    }

    private Optional<Lease> lease() {
        try {
            return folder.read(LEASE).map(LeaseFile::decode);
        } catch (BadFieldException e) {
            throw nonsense(LEASE, e, "delete it; the lease is free a whole term later");
        }
    }

    private static long writes(byte[] bytes) {
        return GroupFile.decode(bytes).writes();
    }

    private GroupState write(String uid, long writes, GroupSpec spec, Optional<GroupRecord> record) throws IOException {
        byte[] bytes = GroupFile.encode(uid, writes, spec, record);
        GroupState written = state(bytes);
        folder.replace(GROUP, bytes);
        return written;
    }

    private static void requireLawful(List<String> violations) {
        if (!violations.isEmpty()) {
            throw new RecordStoreException("the spec is refused: " + String.join("; ", violations), null);
        }
    }

    private RecordStoreException missing() {
        return new RecordStoreException(
                folder.file(GROUP)
                        + " is missing; restore it from a backup, or make the group again: then its record is"
                        + " rebuilt from what all copies know",
                null);
    }

    private RecordStoreException nonsense(String name, BadFieldException e, String remedy) {
        return new RecordStoreException(folder.file(name) + " holds nonsense: " + e.getMessage() + "; " + remedy, e);
    }
}
