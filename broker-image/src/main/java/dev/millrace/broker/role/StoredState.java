package dev.millrace.broker.role;

import java.util.Optional;

/**
 * What a copy keeps on its disk about its group, forced before it acts on it. Thread-safe: immutable.
 *
 * @param storageId made with the empty store
 * @param epoch the highest epoch seen; 0 for none
 * @param record the newest record seen
 * @param isVolatile the machine lost power since the log was last known to be whole: what this copy has may be less than
 *     what it acknowledged
 * @param promisedEpoch if not negative, a report for the rebuilding of a lost record was given when the highest epoch was
 *     this: no write until a record of a higher epoch is read
 */
public record StoredState(
        String storageId, long epoch, Optional<GroupRecord> record, boolean isVolatile, long promisedEpoch) {
    /** No promise. */
    public static final long NO_PROMISE = -1;

    /** Of an empty store. */
    public static StoredState fresh(String storageId) {
        return new StoredState(storageId, 0, Optional.empty(), false, NO_PROMISE);
    }

    StoredState withEpoch(long newEpoch) {
        return new StoredState(storageId, newEpoch, record, isVolatile, promisedEpoch);
    }

    StoredState withRecord(GroupRecord newRecord) {
        long kept = newRecord.epoch() > promisedEpoch ? NO_PROMISE : promisedEpoch;
        return new StoredState(storageId, epoch, Optional.of(newRecord), isVolatile, kept);
    }

    StoredState withVolatile(boolean newVolatile) {
        return new StoredState(storageId, epoch, record, newVolatile, promisedEpoch);
    }

    StoredState withPromise() {
        return new StoredState(storageId, epoch, record, isVolatile, epoch);
    }
}
