package dev.millrace.protocol.transport;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ReplyHeader;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param remark text for people, or null
 * @param header the reply's own fields, or null
 */
public record Reply(
        ResponseCode code,
        @Nullable String remark,
        @Nullable ReplyHeader header,
        ReplyBody body) {
    public static Reply success() {
        return new Reply(ResponseCode.SUCCESS, null, null, ReplyBody.EMPTY);
    }

    public static Reply success(ReplyHeader header) {
        return new Reply(ResponseCode.SUCCESS, null, header, ReplyBody.EMPTY);
    }

    /** Success with this record as JSON in the body. */
    public static Reply json(Record body) {
        return new Reply(ResponseCode.SUCCESS, null, null, ReplyBody.json(body));
    }

    public static Reply failure(ResponseCode code, String remark) {
        return new Reply(code, remark, null, ReplyBody.EMPTY);
    }

    public Reply withHeader(ReplyHeader newHeader) {
        return new Reply(code, remark, newHeader, body);
    }

    public Reply withBody(ReplyBody newBody) {
        return new Reply(code, remark, header, newBody);
    }
}
