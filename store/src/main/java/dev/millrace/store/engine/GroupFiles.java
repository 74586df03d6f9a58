package dev.millrace.store.engine;

import dev.millrace.store.Disk;
import dev.millrace.store.FlushMode;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.StoreException;
import dev.millrace.store.commitlog.CommittedFile;
import dev.millrace.store.epoch.EpochFile;
import dev.millrace.store.epoch.StoreIdentity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files that a store has as a copy of a broker group, in its folder {@code group}.
 *
 * <p>Owner: the opening thread, which hands the files on. Crash behaviour: the identity is made last; without one the
 * others are made anew.
 */
final class GroupFiles {
    private final Disk disk;
    private final Path folder;
    private final GroupMembership member;
    private final FlushMode flush;
    private @Nullable StoreIdentity identity;
    private @Nullable CommittedFile committed;
    private @Nullable EpochFile epochs;

    private GroupFiles(Disk disk, Path folder, GroupMembership member, FlushMode flush) {
        this.disk = disk;
        this.folder = folder;
        this.member = member;
        this.flush = flush;
    }

    private static Path folderOf(Path store) {
        return store.resolve("group");
    }

    private static Path identityIn(Path folder) {
        return folder.resolve("identity");
    }

    /** @throws StoreException if the folder is a copy of a broker group: what is appended alone would not be in the others */
    static void refuse(Disk disk, Path store) {
        if (StoreIdentity.exists(disk, identityIn(folderOf(store)))) {
            throw new StoreException("folder " + store + " is a copy of a broker group; open it as one, or remove "
                    + folderOf(store) + " if this copy shall go its own way for ever");
        }
    }

    /**
     * The epoch history of a copy.
     *
     * @throws StoreException if the folder is none
     */
    static Path epochsOf(Disk disk, Path store) {
        if (!StoreIdentity.exists(disk, identityIn(folderOf(store)))) {
            throw new StoreException("folder " + store
                    + " is no copy of a broker group; open it as one first, which gives it an identity");
        }
        return folderOf(store).resolve("epochs");
    }

    /** @throws StoreException if the folder belongs to another group, or a file is damaged */
    static GroupFiles open(Disk disk, Path store, GroupMembership member, FlushMode flush, boolean wasCrashed) {
        Path folder = folderOf(store);
        GroupFiles files = new GroupFiles(disk, folder, member, flush);
        disk.createFolders(folder);
        if (StoreIdentity.exists(disk, identityIn(folder))) {
            files.identity = StoreIdentity.open(disk, identityIn(folder), member, flush, !wasCrashed);
            files.committed = CommittedFile.open(disk, folder.resolve("committed"));
            files.epochs = EpochFile.open(disk, folder.resolve("epochs"));
        }
        return files;
    }

    /** Up to where a log that ends there is committed: a store that stood alone has answered everything. */
    long committed(long end) {
        return committed == null ? end : Math.min(committed.position(), end);
    }

    /** Makes what is missing, and cuts what the log does not have; the parts are there from now on. */
    Opened complete(Path store, long end) {
        CommittedFile position = committed;
        EpochFile history = epochs;
        StoreIdentity who = identity;
        if (who == null || position == null || history == null) {
            disk.delete(folder.resolve("epochs"));
            position = CommittedFile.create(disk, folder.resolve("committed"), end);
            history = EpochFile.open(disk, folder.resolve("epochs"));
            who = StoreIdentity.create(disk, identityIn(folder), member, flush);
            disk.forceFolder(store);
        } else if (position.position() > end) {
            // A tail that was shown is gone: what comes in its place is not committed.
            who.markVolatile();
            position.lowerTo(end);
        }
        history.cutAt(end + 1);
        return new Opened(who, history, position, member.moved());
    }

    /** What a copy works with. */
    record Opened(StoreIdentity identity, EpochFile epochs, CommittedFile committed, Runnable moved) {}
}
