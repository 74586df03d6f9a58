package dev.millrace.cli.local;

import dev.millrace.cli.terminal.JsonReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says of itself as a copy of its group. Thread-safe: immutable.
 *
 * @param role such as {@code master} or {@code replica}
 * @param epoch of the mastership it has or follows
 * @param master {@code host:port}, empty for none that it knows
 * @param inSync numbers of the copies that every acknowledged message is on
 * @param behindBytes how much of the master's log it lacks
 * @param conditions what a person should know
 */
record CopyReport(
        int number,
        String role,
        long epoch,
        String master,
        List<Long> inSync,
        long committed,
        long behindBytes,
        List<String> conditions) {
    static final String MASTER = "master";

    private static final Map<String, String> MEANINGS = Map.of(
            "RECORD_UNREACHABLE", "it can't reach the election record",
            "ELECTION_RECORD_REGRESSED", "the election record went back; it needs a repair",
            "POSSIBLE_LOSS", "acknowledged messages may be lost",
            "VOLATILE", "after a loss of power it may lack messages until it has followed a master",
            "TOO_FEW_IN_SYNC", "it takes no sends, as fewer copies than minInSync are in sync",
            "LEASE_LOST", "it takes no sends, as it could not renew its lease");

    CopyReport {
        inSync = List.copyOf(inSync);
        conditions = List.copyOf(conditions);
    }

    /** Of what {@code /ready} answers; nothing where that is no copy of a group. */
    static Optional<CopyReport> of(String ready) {
        if (!(JsonReader.read(ready).orElse(null) instanceof Map<?, ?> all)
                || !(all.get("copy") instanceof Map<?, ?> copy)) {
            return Optional.empty();
        }
        return Optional.of(new CopyReport(
                (int) number(copy.get("number")),
                text(all.get("role")),
                number(copy.get("epoch")),
                text(copy.get("master")),
                list(copy.get("inSync"), Long.class),
                number(copy.get("committed")),
                number(copy.get("behindBytes")),
                list(copy.get("conditions"), String.class)));
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private static <T> List<T> list(@Nullable Object value, Class<T> type) {
        return value instanceof List<?> list
                ? list.stream().filter(type::isInstance).map(type::cast).toList()
                : List.of();
    }

    boolean isMaster() {
        return role.equals(MASTER);
    }

    boolean isInSync() {
        return inSync.contains((long) number);
    }

    /** The conditions in words. */
    List<String> remarks() {
        return conditions.stream()
                .map(condition -> MEANINGS.getOrDefault(condition, condition.toLowerCase(Locale.ROOT)))
                .toList();
    }

    Map<String, Object> json() {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("number", number);
        entry.put("role", role);
        entry.put("epoch", epoch);
        entry.put("master", master);
        entry.put("inSync", inSync);
        entry.put("committed", committed);
        entry.put("behindBytes", behindBytes);
        entry.put("conditions", conditions);
        return entry;
    }
}
