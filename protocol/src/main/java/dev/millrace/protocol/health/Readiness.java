package dev.millrace.protocol.health;

/** What {@code /ready} shows: a public record, written as JSON. */
public interface Readiness {
    /** Whether the server serves its clients. */
    boolean ready();
}
