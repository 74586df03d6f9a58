package dev.millrace.broker.delay;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is held back, and how well it is delivered.
 *
 * @param nextDueMs when the next one is due, ms since the epoch; the largest long without one
 * @param lagMs how long the message that waits longest is overdue
 * @param settledTotal delivered or stored again since the start
 * @param rolledTotal of these, stored again
 * @param lostTotal due, but their record was gone
 */
public record TimerFigures(
        long pendingCount,
        long nextDueMs,
        long lagMs,
        long settledTotal,
        long rolledTotal,
        long recalledTotal,
        long lostTotal) {
    static final TimerFigures NONE = new TimerFigures(0, Long.MAX_VALUE, 0, 0, 0, 0, 0);

    /** As tools are told. */
    public Map<String, String> table() {
        Map<String, String> table = new TreeMap<>();
        table.put("timerReadBehind", Long.toString(lagMs / 1000));
        table.put("timerOffsetBehind", "0");
        table.put("timerCongestNum", Long.toString(pendingCount));
        table.put("delayPendingCount", Long.toString(pendingCount));
        table.put("delayNextDueMs", Long.toString(nextDueMs == Long.MAX_VALUE ? -1 : nextDueMs));
        table.put("delayLagMs", Long.toString(lagMs));
        table.put("delayDeliveredTotal", Long.toString(settledTotal - rolledTotal));
        table.put("delayRolledTotal", Long.toString(rolledTotal));
        table.put("delayRecalledTotal", Long.toString(recalledTotal));
        table.put("delayLostTotal", Long.toString(lostTotal));
        return table;
    }
}
