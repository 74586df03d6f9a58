package dev.millrace.protocol.body;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Definition of a consumer group. Absent members take the defaults of {@link #of}.
 *
 * @param brokerId broker id that consumers read from
 * @param groupRetryPolicy how long messages wait for their next attempt
 * @param retryMaxTimes deliveries after the first before a message goes to the dead-letter topic
 * @param whichBrokerWhenConsumeSlowly broker id that slow consumers read from
 */
public record GroupConfig(
        Map<String, String> attributes,
        @Nullable Long brokerId,
        @Nullable Boolean consumeBroadcastEnable,
        @Nullable Boolean consumeEnable,
        @Nullable Boolean consumeFromMinEnable,
        @Nullable Boolean consumeMessageOrderly,
        @Nullable Integer consumeTimeoutMinute,
        String groupName,
        @Nullable RetryPolicy groupRetryPolicy,
        int groupSysFlag,
        @Nullable Boolean notifyConsumerIdsChangedEnable,
        @Nullable Integer retryMaxTimes,
        @Nullable Integer retryQueueNums,
        @Nullable Long whichBrokerWhenConsumeSlowly) {
    private static final int RETRY_TIMES_MAX = 16;
    private static final int CONSUME_TIMEOUT_MINUTES = 15;

    public GroupConfig {
        attributes = Map.copyOf(attributes);
        consumeTimeoutMinute = consumeTimeoutMinute == null ? CONSUME_TIMEOUT_MINUTES : consumeTimeoutMinute;
        groupRetryPolicy = groupRetryPolicy == null ? new RetryPolicy(null, null, null) : groupRetryPolicy;
        brokerId = brokerId == null ? 0L : brokerId;
        consumeBroadcastEnable = consumeBroadcastEnable == null || consumeBroadcastEnable;
        consumeEnable = consumeEnable == null || consumeEnable;
        consumeFromMinEnable = consumeFromMinEnable == null || consumeFromMinEnable;
        consumeMessageOrderly = consumeMessageOrderly != null && consumeMessageOrderly;
        notifyConsumerIdsChangedEnable = notifyConsumerIdsChangedEnable == null || notifyConsumerIdsChangedEnable;
        retryMaxTimes = retryMaxTimes == null ? RETRY_TIMES_MAX : retryMaxTimes;
        retryQueueNums = retryQueueNums == null ? 1 : retryQueueNums;
        whichBrokerWhenConsumeSlowly = whichBrokerWhenConsumeSlowly == null ? 1L : whichBrokerWhenConsumeSlowly;
    }

    public static GroupConfig of(String groupName) {
        return new GroupConfig(
                Map.of(), null, null, null, null, null, null, groupName, null, 0, null, null, null, null);
    }

    /** Pause before the next attempt in ms, or -1 if delay levels say it. */
    public long retryPauseMs(int timesConsumed) {
        RetryPolicy policy = groupRetryPolicy;
        return policy == null ? -1 : policy.pauseMs(timesConsumed);
    }

    public boolean isEnabled() {
        return Boolean.TRUE.equals(consumeEnable);
    }

    public boolean isBroadcastEnabled() {
        return Boolean.TRUE.equals(consumeBroadcastEnable);
    }

    /** Deliveries after the first before the dead-letter topic. */
    public int retriesMax() {
        return retryMaxTimes == null ? RETRY_TIMES_MAX : retryMaxTimes;
    }

    public int retryQueueCount() {
        return retryQueueNums == null ? 1 : retryQueueNums;
    }
}
