package dev.millrace.cli.local;

/**
 * Which process: its id, and when it started, because ids are used again. Thread-safe: immutable.
 *
 * @param start opaque; equal for the same process as long as the machine runs, never equal for another
 */
public record ProcessIdentity(long pid, String start) {
    private static final String GONE = "gone";

    /** A process that ended before its start could be read: it matches nothing. */
    static ProcessIdentity gone(long pid) {
        return new ProcessIdentity(pid, GONE);
    }

    @Override
    public String toString() {
        return pid + "@" + start;
    }

    /** Of what {@link #toString} wrote. */
    static ProcessIdentity parse(String text) {
        int at = text.indexOf('@');
        return new ProcessIdentity(Long.parseLong(text.substring(0, at)), text.substring(at + 1));
    }
}
