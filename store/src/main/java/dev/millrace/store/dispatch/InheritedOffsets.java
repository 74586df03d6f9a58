package dev.millrace.store.dispatch;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import java.util.function.LongSupplier;

/**
 * Lets a new master go on with the queue offsets of the log that it inherits: behind the entries that are dispatched, and
 * behind the records that are not yet.
 *
 * <p>Owner: commit-log thread.
 */
public final class InheritedOffsets {
    private final LogSegments segments;
    private final QueueTable queues;
    private final LongSupplier dispatched;
    private final RecordParser parser = new RecordParser();

    public InheritedOffsets(LogSegments segments, QueueTable queues, LongSupplier dispatched) {
        this.segments = segments;
        this.queues = queues;
        this.dispatched = dispatched;
    }

    /** Reads the records between the dispatched position and the end of the log. */
    public void continueTo(long end) {
        // Before the queues: what is dispatched meanwhile is met twice, which does no harm.
        long at = dispatched.getAsLong();
        queues.forEach(ConsumeQueue::continueAppends);
        while (at < end) {
            LogSegment segment = segments.find(at);
            if (segment == null) {
                throw new AssertionError("position " + at + " below the end " + end + " is in no segment");
            }
            int in = (int) (at - segment.basePosition());
            boolean isBlank = StoredMessageLayout.magic(segment.buffer(), in) == StoredMessageLayout.MAGIC_BLANK;
            at = isBlank ? segment.endPosition() : at + inherit(segment, in, at);
        }
    }

    private int inherit(LogSegment segment, int in, long position) {
        parser.parse(segment.buffer(), in, position);
        if (SystemFlags.isQueued(parser.systemFlag())) {
            ConsumeQueue queue = queues.get(parser.topic(), parser.queueId());
            queue.ownEverything();
            queue.continueAppendsBehind(parser.queueOffset());
        }
        return parser.size();
    }
}
