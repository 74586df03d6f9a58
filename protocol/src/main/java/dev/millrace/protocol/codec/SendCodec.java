package dev.millrace.protocol.codec;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.SendMessage;
import java.nio.ByteBuffer;

/**
 * Fields of the send requests: whole words in {@link RequestCode#SEND_MESSAGE}, single letters in the others.
 * {@code // hot path}. Source: docs/protocol.md, section "Send".
 */
final class SendCodec {
    private SendCodec() {}

    static SendMessage decode(RequestCode code, HeaderFields fields, ByteBuffer body) {
        return code == RequestCode.SEND_MESSAGE || code == RequestCode.SEND_REPLY_MESSAGE
                ? decodeWords(fields, body)
                : decodeLetters(fields, body, code == RequestCode.SEND_BATCH_MESSAGE);
    }

    private static SendMessage decodeWords(HeaderFields fields, ByteBuffer body) {
        return new SendMessage(
                fields.requiredName("producerGroup"),
                fields.requiredName("topic"),
                fields.requiredInt("queueId"),
                new SendMessage.Template(
                        fields.requiredName("defaultTopic"), fields.requiredInt("defaultTopicQueueNums")),
                new SendMessage.Origin(
                        fields.requiredInt("sysFlag"),
                        fields.requiredLong("bornTimestamp"),
                        fields.requiredInt("flag"),
                        fields.booleanOr("unitMode", false)),
                retry(fields.intOr("reconsumeTimes", 0), fields.intOr("maxReconsumeTimes", -1)),
                fields.booleanOr("batch", false),
                fields.bytes("properties"),
                body);
    }

    private static SendMessage decodeLetters(HeaderFields fields, ByteBuffer body, boolean isBatch) {
        return new SendMessage(
                fields.requiredName("a"),
                fields.requiredName("b"),
                fields.requiredInt("e"),
                new SendMessage.Template(fields.requiredName("c"), fields.requiredInt("d")),
                new SendMessage.Origin(
                        fields.requiredInt("f"),
                        fields.requiredLong("g"),
                        fields.requiredInt("h"),
                        fields.booleanOr("k", false)),
                retry(fields.intOr("j", 0), fields.intOr("l", -1)),
                isBatch || fields.booleanOr("m", false),
                fields.bytes("i"),
                body);
    }

    private static SendMessage.Retry retry(int times, int timesMax) {
        return times == 0 && timesMax == -1 ? SendMessage.Retry.NONE : new SendMessage.Retry(times, timesMax);
    }

    static void encode(SendMessage send, HeaderWriter into) {
        into.field("a", send.producerGroup())
                .field("b", send.topic())
                .field("c", send.template().topic())
                .field("d", send.template().queueCount())
                .field("e", send.queueId())
                .field("f", send.origin().systemFlag())
                .field("g", send.origin().bornTimeMs())
                .field("h", send.origin().flag());
        ByteBuffer properties = send.properties();
        into.field("i", properties.array(), properties.arrayOffset() + properties.position(), properties.remaining());
        into.field("j", send.retry().timesConsumed()).field("k", send.origin().isUnitMode());
        if (send.retry().timesMax() >= 0) {
            into.field("l", send.retry().timesMax());
        }
        into.field("m", send.isBatch());
    }
}
