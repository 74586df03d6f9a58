package dev.millrace.store;

/** What became of an {@link AppendRequest}. */
public sealed interface AppendOutcome {
    /** All records are in the log, and durable, or committed in a broker group, if the request waited for that. One shared instance. */
    record Appended() implements AppendOutcome {
        public static final Appended INSTANCE = new Appended();
    }

    /** Nothing was written: the store does not take appends now. */
    record NotWritable(WriteState state, String reason) implements AppendOutcome {}

    /** Nothing was written: a record, or the request as a whole, is larger than allowed. */
    record TooLarge(long bytes, long bytesMax) implements AppendOutcome {}

    /** Nothing was written: too many requests wait already. For callers that turn a full inbox into an outcome. */
    record Throttled() implements AppendOutcome {
        public static final Throttled INSTANCE = new Throttled();
    }

    /** Nothing was written: the topic of a record was deleted since its queue was looked up. */
    record QueueDeleted(String topic, int queueId) implements AppendOutcome {}

    /** Nothing was written: this copy of a broker group is a replica now. One shared instance. */
    record NotMaster() implements AppendOutcome {
        public static final NotMaster INSTANCE = new NotMaster();
    }

    /** Unknown: this copy appended the records and was no master any more before the others had them. They may stay. */
    record MastershipEnded() implements AppendOutcome {
        public static final MastershipEnded INSTANCE = new MastershipEnded();
    }

    /** The store failed for good; the records may or may not be in the log after a restart. */
    record Failed(String reason) implements AppendOutcome {}
}
