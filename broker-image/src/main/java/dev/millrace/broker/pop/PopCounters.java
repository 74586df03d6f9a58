package dev.millrace.broker.pop;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of messages in flight since the broker started. Thread-safe: adders. */
final class PopCounters {
    final LongAdder acknowledged = new LongAdder();
    /** Receipts that no message in flight has. */
    final LongAdder refused = new LongAdder();
    /** Invisible times that were changed. */
    final LongAdder renewed = new LongAdder();
    /** Messages stored in a retry topic. */
    final LongAdder retried = new LongAdder();
    /** Messages stored in a dead-letter topic. */
    final LongAdder dead = new LongAdder();
    /** Messages whose record, topic or consumer group was gone. */
    final LongAdder lost = new LongAdder();

    /** Adds the figures to those that tools ask for. */
    void describe(Map<String, String> table) {
        table.put("popAcknowledged", acknowledged.toString());
        table.put("popReceiptsRefused", refused.toString());
        table.put("popRenewed", renewed.toString());
        table.put("popRetried", retried.toString());
        table.put("popDeadLetters", dead.toString());
        table.put("popLost", lost.toString());
    }
}
