package dev.millrace.protocol.message;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of the answer to a multi-queue send: per group how it ended, per record where it is stored.
 *
 * <pre>
 * length  field
 * 4       version, 1
 * 4       number of groups, as in the request and in its order
 * per group:
 *   4     response code
 *   2     remark length, then the remark, UTF-8
 *   4     number of records: all of the group in its order if they are stored, else 0
 *   per record:
 *     8   queue offset; of a message that repeats an earlier one: bit 63 is set, bits 62..47 are the queue of that one,
 *         bits 46..0 its queue offset
 *     8   position in the commit log
 * </pre>
 *
 * All integers are big endian. Source: docs/protocol.md, section "Multi-queue send".
 */
public final class MultiSendReplyBody {
    public static final int VERSION = 1;

    private static final int HEAD_BYTES = 8;
    private static final int GROUP_HEAD_BYTES = 10;
    private static final int RECORD_BYTES = 16;
    private static final int REMARK_BYTES_MAX = 1024;
    private static final int OFFSET_BITS = 47;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
    private static final int QUEUE_MASK = 0xFFFF;

    private MultiSendReplyBody() {}

    /** Bytes of a body without remarks. */
    public static int bytes(int groupCount, int recordCount) {
        return HEAD_BYTES + groupCount * GROUP_HEAD_BYTES + recordCount * RECORD_BYTES;
    }

    /**
     * Goes over a body like {@link MultiSendBody.Reader}; {@link #open} checks all of it.
     *
     * <p>Owner: one thread; may be used for one body after the other. Allocates nothing but remarks.
     */
    public static final class Reader {
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private int start;
        private int groupCount;
        private int groupsRead;
        private int groupAt;
        private int nextGroupAt;
        private int nextRecordAt;

        /**
         * Checks the body from its position to its limit and puts the cursor before its first group.
         *
         * @param body big endian; kept until the next call, its position does not move
         * @throws BadFieldException if the body breaks the layout, with the place
         */
        public Reader open(ByteBuffer body) {
            buffer = body;
            start = body.position();
            if (body.remaining() < HEAD_BYTES || body.getInt(start) != VERSION) {
                throw new BadFieldException("multi-send answer of " + body.remaining() + " bytes is not of version "
                        + VERSION + "; use a broker of this release");
            }
            groupCount = body.getInt(start + Integer.BYTES);
            if (groupCount < 0 || groupCount > ProtocolLimits.MULTI_SEND_GROUPS_MAX) {
                throw fault(
                        start + Integer.BYTES,
                        groupCount + " groups are outside 0.." + ProtocolLimits.MULTI_SEND_GROUPS_MAX);
            }
            rewind();
            while (groupsRead < groupCount) {
                checkGroup();
                nextGroup();
            }
            if (nextGroupAt != body.limit()) {
                throw fault(nextGroupAt, (body.limit() - nextGroupAt) + " bytes follow the last group");
            }
            rewind();
            return this;
        }

        private void checkGroup() {
            int room = buffer.limit() - nextGroupAt - GROUP_HEAD_BYTES;
            int remarkLength = room < 0 ? -1 : buffer.getShort(nextGroupAt + Integer.BYTES);
            if (remarkLength < 0 || remarkLength > room) {
                throw fault(nextGroupAt, "group " + groupsRead + " does not fit");
            }
            int records = buffer.getInt(nextGroupAt + Integer.BYTES + Short.BYTES + remarkLength);
            if (records < 0 || records > (room - remarkLength) / RECORD_BYTES) {
                throw fault(nextGroupAt, "group " + groupsRead + " of " + records + " records does not fit");
            }
        }

        private BadFieldException fault(int at, String what) {
            return new BadFieldException("multi-send answer at byte " + (at - start) + ": " + what);
        }

        private void rewind() {
            groupsRead = 0;
            nextGroupAt = start + HEAD_BYTES;
            nextRecordAt = nextGroupAt;
        }

        public int groupCount() {
            return groupCount;
        }

        /** Goes to the next group; false if there is none. */
        public boolean nextGroup() {
            if (groupsRead == groupCount) {
                return false;
            }
            groupAt = nextGroupAt;
            nextRecordAt = countAt() + Integer.BYTES;
            nextGroupAt = nextRecordAt + groupRecordCount() * RECORD_BYTES;
            groupsRead++;
            return true;
        }

        /** The group's response code. */
        public int code() {
            return buffer.getInt(groupAt);
        }

        /** What the broker says of this group; empty if it says nothing. Makes a new text at each call. */
        public String remark() {
            byte[] bytes = new byte[remarkLength()];
            buffer.get(groupAt + Integer.BYTES + Short.BYTES, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public int groupRecordCount() {
            return buffer.getInt(countAt());
        }

        /** Goes to the next record of the group; false if there is none. */
        public boolean nextRecord() {
            if (nextRecordAt == nextGroupAt) {
                return false;
            }
            nextRecordAt += RECORD_BYTES;
            return true;
        }

        public long queueOffset() {
            long field = buffer.getLong(nextRecordAt - RECORD_BYTES);
            return field < 0 ? field & OFFSET_MASK : field;
        }

        /** Whether the message was not stored, since it repeats one that stands at {@link #repeatedQueueId}. */
        public boolean isRepeated() {
            return buffer.getLong(nextRecordAt - RECORD_BYTES) < 0;
        }

        /** Queue of the earlier message if this one {@link #isRepeated}. */
        public int repeatedQueueId() {
            return (int) (buffer.getLong(nextRecordAt - RECORD_BYTES) >>> OFFSET_BITS) & QUEUE_MASK;
        }

        public long position() {
            return buffer.getLong(nextRecordAt - Long.BYTES);
        }

        private int remarkLength() {
            return buffer.getShort(groupAt + Integer.BYTES);
        }

        private int countAt() {
            return groupAt + Integer.BYTES + Short.BYTES + remarkLength();
        }
    }

    /**
     * Builds a body: per group {@link #group} and then its records. The buffer grows as needed.
     *
     * <p>Owner: one thread at a time.
     */
    public static final class Writer {
        private ByteBuffer target;
        private int groupsLeft;
        private int recordsLeft;

        /** @param recordCount records of all groups, for the size of the buffer */
        public Writer(int groupCount, int recordCount) {
            target = ByteBuffer.allocate(bytes(groupCount, recordCount));
            target.putInt(VERSION).putInt(groupCount);
            groupsLeft = groupCount;
        }

        /**
         * Starts a group; {@code recordCount} calls of {@link #record} follow.
         *
         * @param remark text for people, cut to 1 KiB, or null
         */
        public Writer group(int code, @Nullable String remark, int recordCount) {
            if (groupsLeft == 0 || recordsLeft != 0) {
                throw new AssertionError(groupsLeft + " groups and " + recordsLeft + " records are left");
            }
            byte[] text = remark == null ? new byte[0] : remark.getBytes(StandardCharsets.UTF_8);
            text = text.length > REMARK_BYTES_MAX ? Arrays.copyOf(text, wholeCharacters(text)) : text;
            room(GROUP_HEAD_BYTES + text.length + recordCount * RECORD_BYTES);
            target.putInt(code).putShort((short) text.length).put(text).putInt(recordCount);
            groupsLeft--;
            recordsLeft = recordCount;
            return this;
        }

        private static int wholeCharacters(byte[] text) {
            int end = REMARK_BYTES_MAX;
            while ((text[end] & 0xC0) == 0x80) {
                end--;
            }
            return end;
        }

        /** Where the group's next record is stored. */
        public Writer record(long queueOffset, long position) {
            recordsLeft--;
            target.putLong(queueOffset).putLong(position);
            return this;
        }

        /** Where the earlier message is stored that the group's next one repeats. */
        public Writer repeated(int queueId, long queueOffset, long position) {
            if (queueId < 0 || queueId > QUEUE_MASK || queueOffset < 0 || queueOffset > OFFSET_MASK) {
                throw new AssertionError("queue " + queueId + " and offset " + queueOffset + " do not fit the field");
            }
            return record(Long.MIN_VALUE | (long) queueId << OFFSET_BITS | queueOffset, position);
        }

        /** The whole body, from position to limit; the writer is of no use afterwards. */
        public ByteBuffer finish() {
            if (groupsLeft != 0 || recordsLeft != 0) {
                throw new AssertionError(groupsLeft + " groups and " + recordsLeft + " records are left");
            }
            return target.flip();
        }

        private void room(int bytes) {
            if (target.remaining() < bytes) {
                ByteBuffer bigger = ByteBuffer.allocate(Math.max(target.capacity() * 2, target.position() + bytes));
                target = bigger.put(target.flip());
            }
        }
    }
}
