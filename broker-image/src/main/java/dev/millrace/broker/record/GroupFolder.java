package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * A broker group in a folder of one machine, for the commands that make and steer it: the part that an operator has in
 * Kubernetes. Brokers use {@link FileElectionRecord} on the same folder.
 *
 * <p>Thread-safe, also between processes. Calls block: they wait up to 2 s for other writers, and for the disk. Each throws
 * {@link RecordStoreException} if the folder can't be used or the wish can't be. What a call returned is on disk.
 */
public final class GroupFolder {
    private final GroupFiles files;

    /** @param nanos monotonic clock, for how long other writers are waited for */
    public GroupFolder(Path folder, LongSupplier nanos) {
        this.files = new GroupFiles(folder, nanos);
    }

    /**
     * Makes the group, without a record; {@link FirstRecord} says what its first one is.
     *
     * @param uid random; not the one of a group that was there before
     */
    public GroupState create(String uid, GroupSpec spec) {
        return files.create(uid, spec);
    }

    /** Empty if there is no group. */
    public Optional<GroupState> read() {
        return files.bytes().map(files::state);
    }

    /** Writes a record, as {@link dev.millrace.broker.role.ElectionRecord#put} does: a first one, or a repair. */
    public PutOutcome put(String uid, String version, GroupRecord next) {
        return files.put(uid, version, next);
    }

    /** The record stays. A spec that is the same writes nothing. */
    public GroupState changeSpec(UnaryOperator<GroupSpec> change) {
        return files.changeSpec(change);
    }

    /** Asks for another master; the one there is decides when it is safe. */
    public GroupState switchover(GroupSpec.Switchover wish) {
        return changeSpec(spec -> {
            if (wish.to() < 0 || wish.to() >= spec.copies()) {
                throw noSuchCopy(wish.to(), spec);
            }
            return spec.withSwitchover(Optional.of(wish));
        });
    }

    /** From now on the copy refuses everything and never elects itself. */
    public GroupState fence(int replica) {
        return changeSpec(spec -> {
            if (replica < 0 || replica >= spec.copies()) {
                throw noSuchCopy(replica, spec);
            }
            Set<Integer> fenced = new TreeSet<>(spec.fenced());
            fenced.add(replica);
            return spec.withFenced(fenced);
        });
    }

    /** Takes a fence back; one that is not there changes nothing. */
    public GroupState unfence(int replica) {
        return changeSpec(spec -> {
            Set<Integer> fenced = new TreeSet<>(spec.fenced());
            fenced.remove(replica);
            return spec.withFenced(fenced);
        });
    }

    /** Records a human's approval of a loss, or takes it back. */
    public GroupState approveUnclean(Optional<GroupSpec.Unclean> approval) {
        return changeSpec(spec -> spec.withUncleanElection(approval));
    }

    /** Records that a repair of the record is wanted, or takes it back. */
    public GroupState approveRepair(Optional<String> approvalId) {
        return changeSpec(spec -> spec.withRepairApproval(approvalId));
    }

    /** Takes the group away; copies that run keep what they have. The lease stays as it is. */
    public void delete() {
        files.delete();
    }

    /** The group as a file that {@link #restore} takes; empty if there is none. */
    public Optional<byte[]> backup() {
        Optional<byte[]> bytes = files.bytes();
        bytes.ifPresent(files::state);
        return bytes;
    }

    /**
     * Puts a backup in the place of what is there, whatever that is. Copies that know a newer record do not follow the
     * restored one; it needs a repair then.
     */
    public GroupState restore(byte[] backup) {
        return files.restore(backup);
    }

    private static RecordStoreException noSuchCopy(int replica, GroupSpec spec) {
        return new RecordStoreException(
                "copy " + replica + " is none of the " + spec.copies() + " copies of " + spec.group()
                        + "; they are numbered from 0 on",
                null);
    }
}
