package dev.millrace.store.epoch;

import dev.millrace.store.Disk;
import dev.millrace.store.FlushMode;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.CheckedText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Which copy of which broker group a folder holds, and what an election must find on the disk: file
 * {@code group/identity}, text.
 *
 * <pre>
 * millrace-identity 1
 * storage-id 3f0c...         random, made with the file; a new disk has another one
 * cluster prod
 * group broker-a
 * boot-id 6c1f...            boot of the machine on which the store was opened last
 * flush ASYNC                flush mode with which it was opened last
 * volatile false             whether an end of the machine may have taken what was acknowledged
 * epoch 7                    highest epoch seen
 * promised -1                epoch of a promise to write no election record, -1 without one
 * record
 * {"epoch":7, ...            the last election record seen, as its reader wrote it, up to the last line
 * crc 0badcafe               CRC-32 of all bytes before this line
 * </pre>
 *
 * The mark <em>volatile</em> is set when the store is opened on another boot, after a run with asynchronous flush that did
 * not end cleanly: pages that were written and not forced are gone. Also when the log ends before the committed position. It stays until {@link #save} takes it back.
 *
 * <p>Source: docs/storage-format.md, section "group".
 *
 * <p>Owner: the opening thread, then one thread that saves what the role is decided by; the answers are a snapshot for any
 * thread. Crash behaviour: a change is durable when its method returns.
 */
public final class StoreIdentity {
    /** {@link Seen#promisedEpoch} without a promise. */
    public static final long NO_PROMISE = -1;

    /** UTF-8 bytes of an election record. */
    public static final int RECORD_BYTES_MAX = 64 * 1024;

    private static final String HEAD = "millrace-identity 1";
    private static final List<String> KEYS =
            List.of("storage-id", "cluster", "group", "boot-id", "flush", "volatile", "epoch", "promised");
    private static final String RECORD = "record";

    private final CheckedText file;
    private volatile Content content;

    /**
     * What a copy remembers of its group, beside who it is.
     *
     * @param epoch highest epoch seen, 0 if none was
     * @param record the last election record seen, as its reader wrote it; empty if none was
     * @param isVolatile whether an end of the machine may have taken what this copy acknowledged
     * @param promisedEpoch highest epoch seen when this copy promised to write no election record, or {@link #NO_PROMISE}
     */
    public record Seen(long epoch, String record, boolean isVolatile, long promisedEpoch) {}

    private record Content(String storageId, String cluster, String group, String bootId, FlushMode flush, Seen seen) {
        String text() {
            return String.join(
                    "\n",
                    HEAD,
                    "storage-id " + storageId,
                    "cluster " + cluster,
                    "group " + group,
                    "boot-id " + bootId,
                    "flush " + flush,
                    "volatile " + seen.isVolatile,
                    "epoch " + seen.epoch,
                    "promised " + seen.promisedEpoch,
                    RECORD,
                    seen.record,
                    "");
        }

        Content with(Seen next) {
            return new Content(storageId, cluster, group, bootId, flush, next);
        }

        Content openedOn(String boot, FlushMode mode, boolean marked) {
            Seen next = new Seen(seen.epoch, seen.record, marked, seen.promisedEpoch);
            return new Content(storageId, cluster, group, boot, mode, next);
        }
    }

    private StoreIdentity(CheckedText file, Content content) {
        this.file = file;
        this.content = content;
    }

    /** Whether a folder has an identity. */
    public static boolean exists(Disk disk, Path path) {
        return disk.exists(path);
    }

    /** Gives a folder its identity; when it returns that is durable. The folder of the file is there. */
    public static StoreIdentity create(Disk disk, Path path, GroupMembership member, FlushMode flush) {
        String storageId = member.newStorageId().get();
        Content first = new Content(
                requireWord(storageId),
                member.cluster(),
                member.group(),
                requireWord(member.bootId().get()),
                flush,
                new Seen(0, "", false, NO_PROMISE));
        StoreIdentity made = new StoreIdentity(new CheckedText(disk, path), first);
        made.replace(first);
        return made;
    }

    /**
     * Opens the identity of a folder, and marks it as volatile if need be; when it returns that is durable.
     *
     * @param endedCleanly whether the store was closed the last time
     * @throws StoreException if the folder is of another group, or the file is of another version or damaged
     */
    public static StoreIdentity open(
            Disk disk, Path path, GroupMembership member, FlushMode flush, boolean endedCleanly) {
        CheckedText file = new CheckedText(disk, path);
        Content found = parse(file);
        if (!found.cluster.equals(member.cluster()) || !found.group.equals(member.group())) {
            throw new StoreException("folder of " + path + " is a copy of broker group " + found.group + " in cluster "
                    + found.cluster + ", this broker belongs to group " + member.group() + " in cluster "
                    + member.cluster() + "; correct the names, or give it a folder of its own");
        }
        String bootId = requireWord(member.bootId().get());
        boolean lostPages = !endedCleanly && found.flush == FlushMode.ASYNC && !bootId.equals(found.bootId);
        StoreIdentity opened = new StoreIdentity(file, found);
        opened.replace(found.openedOn(bootId, flush, found.seen.isVolatile || lostPages));
        return opened;
    }

    /** The random id that was made with the file. */
    public String storageId() {
        return content.storageId;
    }

    /** Whether an end of the machine may have taken what this copy acknowledged. */
    public boolean isVolatile() {
        return content.seen.isVolatile;
    }

    /** What was saved last. */
    public Seen seen() {
        return content.seen;
    }

    /** Sets the mark: this copy lacks something that it had acknowledged or shown; durable when it returns. */
    public void markVolatile() {
        if (!isVolatile()) {
            Seen seen = content.seen;
            replace(content.with(new Seen(seen.epoch, seen.record, true, seen.promisedEpoch)));
        }
    }

    /**
     * Remembers all of it in place of what was; durable when it returns.
     *
     * @throws StoreException if the record is longer than {@link #RECORD_BYTES_MAX}
     */
    public void save(Seen next) {
        int bytes = next.record.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > RECORD_BYTES_MAX) {
            throw new StoreException("an election record of " + bytes + " bytes is over the limit of "
                    + RECORD_BYTES_MAX + "; it is no record of this group");
        }
        if (next.epoch < content.seen.epoch) {
            throw new AssertionError("epoch " + next.epoch + " would be saved over epoch " + content.seen.epoch);
        }
        replace(content.with(next));
    }

    private void replace(Content next) {
        file.replace(next.text());
        content = next;
    }

    private static Content parse(CheckedText file) {
        String text = file.read();
        String[] lines = text.split("\n", KEYS.size() + 3);
        if (lines.length < KEYS.size() + 3
                || !lines[0].equals(HEAD)
                || !lines[KEYS.size() + 1].equals(RECORD)
                || !lines[KEYS.size() + 2].endsWith("\n")) {
            throw damaged(file, "begins with '" + lines[0] + "' and has no record, expected '" + HEAD + "'");
        }
        String[] values = new String[KEYS.size()];
        for (int i = 0; i < values.length; i++) {
            String start = KEYS.get(i) + " ";
            if (!lines[i + 1].startsWith(start)) {
                throw damaged(file, "has '" + lines[i + 1] + "' where '" + start + "' is expected");
            }
            values[i] = lines[i + 1].substring(start.length());
        }
        String last = lines[KEYS.size() + 2];
        try {
            return new Content(
                    values[0],
                    values[1],
                    values[2],
                    values[3],
                    FlushMode.valueOf(values[4]),
                    new Seen(
                            Long.parseLong(values[6]),
                            last.substring(0, last.length() - 1),
                            Boolean.parseBoolean(values[5]),
                            Long.parseLong(values[7])));
        } catch (IllegalArgumentException e) {
            throw damaged(file, "has values that cannot be read: " + e.getMessage());
        }
    }

    private static StoreException damaged(CheckedText file, String fault) {
        return new StoreException("file " + file.file() + " " + fault
                + "; it is of another version: use that, or give this copy an empty folder so that it copies everything"
                + " from the master");
    }

    private static String requireWord(String id) {
        String word = id.strip();
        if (word.isEmpty() || word.chars().anyMatch(c -> c <= ' ')) {
            throw new StoreException("'" + id + "' is no id of a storage or a boot; it must be one word");
        }
        return word;
    }
}
