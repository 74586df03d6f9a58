package dev.millrace.broker.dispatch;

import dev.millrace.protocol.ResponseCode;

/** A request that is refused with this code and text. Thrown by checks that several handlers share. */
public final class RequestFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ResponseCode code;

    public RequestFailure(ResponseCode code, String remark) {
        super(remark, null, false, false);
        this.code = code;
    }

    public ResponseCode code() {
        return code;
    }

    /** The text for people; never null. */
    public String remark() {
        return String.valueOf(getMessage());
    }
}
