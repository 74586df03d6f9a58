package dev.millrace.broker;

/**
 * What {@code /ready} shows, as JSON. Public, since the JSON writer reads it from another package.
 *
 * @param phase of recovery, {@code DONE} when it is over
 * @param position log position that recovery reached, of {@code end}
 */
public record Readiness(boolean ready, String role, String phase, long position, long end) {}
