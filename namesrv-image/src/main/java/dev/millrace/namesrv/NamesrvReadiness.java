package dev.millrace.namesrv;

import dev.millrace.protocol.health.Readiness;
import java.util.Map;

/**
 * What {@code /ready} shows, as JSON. Public, since the JSON writer reads it from another package.
 *
 * @param brokers that are registered; a NameServer without any is ready all the same
 * @param connectionsClosed by this side, by reason
 */
public record NamesrvReadiness(boolean ready, int brokers, Map<String, Long> connectionsClosed) implements Readiness {}
