package dev.millrace.client.internal.trace;

import java.util.Set;

/**
 * One or more trace records of one event. Immutable.
 *
 * <p>Records are text: fields separated by U+0001, each record ended by U+0002; a value that is missing is {@code null}.
 *
 * <pre>
 * Pub            time region group topic msgId tags keys storeHost bodyBytes tookMs kind offsetMsgId success
 * SubBefore      time region group requestId msgId timesConsumed keys
 * SubAfter       requestId msgId tookMs success keys result time group
 * EndTransaction time region group topic msgId tags keys storeHost kind transactionId state fromCheck
 *
 * time     ms since 1970                     kind    0 plain, 1 half, 2 committed, 3 delayed, 4 ordered
 * success  true, false                       result  0 success, 1 too late, 2 exception, 3 null, 4 failed
 * state    COMMIT_MESSAGE, ROLLBACK_MESSAGE, UNKNOW
 * </pre>
 *
 * @param text the records
 * @param keys under which the trace message is found: message ids and the messages' own keys
 */
record TraceEntry(String text, Set<String> keys) {
    private static final char FIELD_END = 1;
    private static final char RECORD_END = 2;

    TraceEntry {
        keys = Set.copyOf(keys);
    }

    /** One record of these fields. */
    static String record(Object... fields) {
        StringBuilder text = new StringBuilder(160);
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : String.valueOf(FIELD_END)).append(fields[i]);
        }
        return text.append(RECORD_END).toString();
    }
}
