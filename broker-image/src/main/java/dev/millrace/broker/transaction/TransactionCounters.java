package dev.millrace.broker.transaction;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of transactions since the broker started. Thread-safe: adders. */
final class TransactionCounters {
    final LongAdder committed = new LongAdder();
    final LongAdder rolledBack = new LongAdder();
    /** Ends without an outcome. */
    final LongAdder unknown = new LongAdder();
    /** Ends that were refused: nothing changed. */
    final LongAdder refused = new LongAdder();
    /** Questions to producers. */
    final LongAdder checks = new LongAdder();
    /** Halves stored again because retention needed their place. */
    final LongAdder renewed = new LongAdder();
    /** Halves moved to TRANS_CHECK_MAX_TIME_TOPIC. */
    final LongAdder givenUp = new LongAdder();
    /** Halves whose record was gone. */
    final LongAdder lost = new LongAdder();

    /** Adds the figures to those that tools ask for. */
    void describe(Map<String, String> table) {
        table.put("transactionsCommitted", committed.toString());
        table.put("transactionsRolledBack", rolledBack.toString());
        table.put("transactionsUnknown", unknown.toString());
        table.put("transactionsRefused", refused.toString());
        table.put("transactionChecks", checks.toString());
        table.put("transactionsRenewed", renewed.toString());
        table.put("transactionsGivenUp", givenUp.toString());
        table.put("transactionsLost", lost.toString());
    }
}
