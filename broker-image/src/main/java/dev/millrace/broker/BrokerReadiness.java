package dev.millrace.broker;

import dev.millrace.protocol.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /ready} shows, as JSON. Public, since the JSON writer reads it from another package.
 *
 * @param phase of recovery, {@code DONE} when it is over
 * @param position log position that recovery reached, of {@code end}
 * @param copy absent in a broker that stands alone
 */
public record BrokerReadiness(
        boolean ready,
        String role,
        String phase,
        long position,
        long end,
        @Nullable CopyReadiness copy) implements Readiness {}
