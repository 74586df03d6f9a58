package dev.millrace.protocol.command;

import dev.millrace.protocol.body.ClientConfigCheck;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.QueueLocks;
import org.jspecify.annotations.Nullable;

/** What clients tell and ask a broker about themselves and their groups. */
public sealed interface MemberRequest extends BrokerRequest {

    /** Says which producers and consumers a client runs. */
    record Heartbeat(@Body HeartbeatData data) implements MemberRequest {}

    /** Says that a client's producer or consumer ended. */
    record UnregisterClient(
            String clientID,
            @Nullable String producerGroup,
            @Nullable String consumerGroup) implements MemberRequest {}

    /**
     * Asks to deliver a message again later.
     *
     * @param offset position of the record in the commit log
     * @param delayLevel 0: the broker decides; below 0: straight to the dead-letter topic
     */
    record SendBack(
            long offset,
            String group,
            int delayLevel,
            @Nullable String originMsgId,
            @Nullable String originTopic,
            @Nullable Boolean unitMode,
            @Nullable Integer maxReconsumeTimes)
            implements MemberRequest {}

    /** Asks to drop a message that is still held back. */
    record RecallMessage(@Nullable String producerGroup, String topic, String recallHandle) implements MemberRequest {}

    /** Asks for the members of a consumer group. */
    record GetConsumerList(String consumerGroup) implements MemberRequest {}

    /** Locks queues for one orderly consumer. */
    record LockQueues(@Body QueueLocks locks) implements MemberRequest {}

    /** Gives up queue locks. */
    record UnlockQueues(@Body QueueLocks locks) implements MemberRequest {}

    /** Asks whether the broker can serve a subscription. */
    record CheckClientConfig(@Body ClientConfigCheck check) implements MemberRequest {}
}
