package dev.millrace.protocol.body;

/** How often something happened in the last day, hour and minute. */
public record Statistics(Window statsDay, Window statsHour, Window statsMinute) {
    /** How often something happened in a time: its average value, sum, and times per second. */
    public record Window(double avgpt, long sum, double tps) {}
}
