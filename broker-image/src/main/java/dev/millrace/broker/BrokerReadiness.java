package dev.millrace.broker;

import dev.millrace.protocol.health.Readiness;

/**
 * What {@code /ready} shows, as JSON. Public, since the JSON writer reads it from another package.
 *
 * @param phase of recovery, {@code DONE} when it is over
 * @param position log position that recovery reached, of {@code end}
 */
public record BrokerReadiness(boolean ready, String role, String phase, long position, long end) implements Readiness {}
