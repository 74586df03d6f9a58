package dev.millrace.e2e.frames;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The few header fields needed to file a frame, read without any codec of ours. Thread-safe: immutable.
 *
 * @param code request code, or the code of an answer
 * @param opaque joins an answer to its request
 * @param flag bit 0: answer, bit 1: no answer wanted
 * @param isBinary whether the header is not JSON
 */
record FrameHeader(int code, int opaque, int flag, boolean isBinary) {

    private static final int MARK_OFFSET = 4;
    private static final int HEADER_OFFSET = 8;
    private static final int LENGTH_MASK = 0xFFFFFF;
    private static final Pattern CODE = Pattern.compile("\"code\":(-?\\d+)");
    private static final Pattern OPAQUE = Pattern.compile("\"opaque\":(-?\\d+)");
    private static final Pattern FLAG = Pattern.compile("\"flag\":(\\d+)");

    static FrameHeader of(byte[] frame) {
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        int mark = buffer.getInt(MARK_OFFSET);
        int length = mark & LENGTH_MASK;
        return mark >>> 24 == 0 ? json(new String(frame, HEADER_OFFSET, length, UTF_8)) : binary(buffer);
    }

    private static FrameHeader json(String text) {
        String bare = text.replaceAll("\"extFields\":\\{[^}]*\\}", "");
        return new FrameHeader(number(CODE, bare), number(OPAQUE, bare), number(FLAG, bare), false);
    }

    private static int number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern + " in header " + text);
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static FrameHeader binary(ByteBuffer buffer) {
        return new FrameHeader(
                buffer.getShort(HEADER_OFFSET),
                buffer.getInt(HEADER_OFFSET + 5),
                buffer.getInt(HEADER_OFFSET + 9),
                true);
    }

    boolean isAnswer() {
        return (flag & 1) == 1;
    }

    boolean isOneWay() {
        return (flag & 2) == 2;
    }
}
