package dev.millrace.protocol.body;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer wants of a topic.
 *
 * @param subString expression; {@code *} is everything
 * @param subVersion grows with each change
 * @param codeSet hashes of the tags
 */
public record SubscriptionData(
        boolean classFilterMode,
        Set<Integer> codeSet,
        @Nullable String expressionType,
        String subString,
        long subVersion,
        Set<String> tagsSet,
        String topic) {}
