package dev.millrace.broker.send;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.WriteState;

/** What a sender is told when the log did not take its messages. Thread-safe: stateless. */
public final class SendFailures {
    static final String BUSY = "[REJECTREQUEST] the broker's inbox is full; wait a little and send again, or send less";

    private SendFailures() {}

    public static ResponseCode code(AppendOutcome outcome) {
        return switch (outcome) {
            case AppendOutcome.Appended appended -> ResponseCode.SUCCESS;
            case AppendOutcome.NotWritable notWritable -> ResponseCode.SERVICE_NOT_AVAILABLE;
            case AppendOutcome.TooLarge tooLarge -> ResponseCode.MESSAGE_ILLEGAL;
            case AppendOutcome.Throttled throttled -> ResponseCode.SYSTEM_BUSY;
            case AppendOutcome.QueueDeleted deleted -> ResponseCode.TOPIC_NOT_EXIST;
            case AppendOutcome.NotMaster replica -> ResponseCode.SERVICE_NOT_AVAILABLE;
            case AppendOutcome.MastershipEnded unknown -> ResponseCode.SERVICE_NOT_AVAILABLE;
            case AppendOutcome.Failed failed -> ResponseCode.SERVICE_NOT_AVAILABLE;
        };
    }

    public static String remark(AppendOutcome outcome) {
        return switch (outcome) {
            case AppendOutcome.Appended appended -> "";
            case AppendOutcome.NotWritable refused ->
                "service not available now"
                        + (refused.state() == WriteState.DISK_FULL ? ", the disk is full: " : ": ")
                        + refused.reason();
            case AppendOutcome.TooLarge large ->
                "the record has " + large.bytes() + " bytes, more than " + large.bytesMax()
                        + "; send a smaller message or raise store.record-size-max";
            case AppendOutcome.Throttled throttled -> BUSY;
            case AppendOutcome.QueueDeleted deleted ->
                "topic[" + deleted.topic() + "] not exist, it was deleted while the message was on its way to queue "
                        + deleted.queueId() + "; create it or send elsewhere";
            case AppendOutcome.NotMaster replica ->
                "service not available now, this copy of the broker is a replica; send to the master";
            case AppendOutcome.MastershipEnded unknown ->
                "service not available now, this copy stopped being master before the others had the message; "
                        + "it may be stored: send again to the master";
            case AppendOutcome.Failed failed ->
                "service not available now, the store failed: " + failed.reason() + "; send to another broker";
        };
    }
}
