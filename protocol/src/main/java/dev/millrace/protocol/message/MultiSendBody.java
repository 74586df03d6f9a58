package dev.millrace.protocol.message;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The body of a multi-queue send: whole records of any number of queues, grouped by topic.
 *
 * <pre>
 * length  field
 * 4       version, 1
 * 4       number of groups, 1 ..
 * per group:
 *   2     topic length, 1 .. 255, then the topic, UTF-8
 *   4     number of records, 1 ..
 *   4     bytes of all records, then the records one after the other, see {@link StoredMessageLayout}
 * </pre>
 *
 * All integers are big endian. A record has the group's topic, its queue id set and both hosts as IPv4 fields; the broker
 * fills in hosts, store time, queue offset and position. Transaction bits are not allowed. Source: docs/protocol.md,
 * section "Multi-queue send".
 */
public final class MultiSendBody {
    public static final int VERSION = 1;
    /** Bytes before the first group. */
    public static final int HEAD_BYTES = 8;
    /** Bytes of a group beside its topic and its records. */
    public static final int GROUP_HEAD_BYTES = 10;

    private static final int FORBIDDEN_FLAGS =
            SystemFlags.BORN_HOST_IPV6 | SystemFlags.STORE_HOST_IPV6 | SystemFlags.TRANSACTION_MASK;

    private MultiSendBody() {}

    /** Bytes of a group with this topic and these records. */
    public static int groupBytes(int topicLength, int recordsBytes) {
        return GROUP_HEAD_BYTES + topicLength + recordsBytes;
    }

    /**
     * Goes over a body, group by group and record by record: {@link #open}, then {@link #nextGroup} and in each group
     * {@link #nextRecord}. {@link #open} checks all of it, so what the cursor shows is well formed.
     *
     * <p>Owner: one thread; may be used for one body after the other. {@code // hot path}: allocates nothing but what
     * {@link #topic} gives.
     */
    public static final class Reader {
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private int start;
        private int groupCount;
        private int recordCount;
        private int groupsRead;
        private int nextGroupAt;
        private int topicStart;
        private int topicLength;
        private int groupRecordCount;
        private int recordsStart;
        private int recordAt;
        private int nextRecordAt;

        /**
         * Checks the body from its position to its limit and puts the cursor before its first group.
         *
         * @param body big endian; kept until the next call, its position does not move
         * @throws BadFieldException if the body breaks the layout or a limit, with the place
         */
        public Reader open(ByteBuffer body) {
            buffer = body;
            start = body.position();
            recordCount = 0;
            if (body.remaining() < HEAD_BYTES) {
                throw new BadFieldException(
                        "multi-send body of " + body.remaining() + " bytes; send version and groups");
            }
            int version = body.getInt(start);
            if (version != VERSION) {
                throw new BadFieldException("multi-send body has version " + version + "; send version " + VERSION);
            }
            groupCount = body.getInt(start + Integer.BYTES);
            if (groupCount < 1 || groupCount > ProtocolLimits.MULTI_SEND_GROUPS_MAX) {
                throw fault(
                        start + Integer.BYTES,
                        groupCount + " groups are outside 1.." + ProtocolLimits.MULTI_SEND_GROUPS_MAX);
            }
            rewind();
            while (groupsRead < groupCount) {
                checkGroup();
            }
            if (nextGroupAt != body.limit()) {
                throw fault(nextGroupAt, (body.limit() - nextGroupAt) + " bytes follow the last group");
            }
            rewind();
            return this;
        }

        /** Puts the cursor before the first group again. */
        public void rewind() {
            groupsRead = 0;
            nextGroupAt = start + HEAD_BYTES;
            nextRecordAt = nextGroupAt;
            topicLength = 0;
            groupRecordCount = 0;
        }

        private void checkGroup() {
            int at = nextGroupAt;
            int room = buffer.limit() - at - GROUP_HEAD_BYTES;
            int wantedTopic = room < 1 ? 0 : buffer.getShort(at);
            if (wantedTopic < 1 || wantedTopic > ProtocolLimits.TOPIC_BYTES_MAX || wantedTopic > room) {
                throw fault(
                        at,
                        "group " + groupsRead + " has a topic of " + wantedTopic + " bytes, not 1.."
                                + Math.min(ProtocolLimits.TOPIC_BYTES_MAX, Math.max(room, 0)));
            }
            int countAt = at + Short.BYTES + wantedTopic;
            int records = buffer.getInt(countAt);
            int recordsBytes = buffer.getInt(countAt + Integer.BYTES);
            recordCount += records;
            if (records < 1 || recordCount < 1 || recordCount > ProtocolLimits.MULTI_SEND_RECORDS_MAX) {
                throw fault(
                        countAt,
                        "group " + groupsRead + " has " + records + " records; one request has 1.."
                                + ProtocolLimits.MULTI_SEND_RECORDS_MAX);
            }
            if (recordsBytes < 0 || recordsBytes > room - wantedTopic) {
                throw fault(
                        countAt,
                        "group " + groupsRead + " has " + recordsBytes + " bytes of records where "
                                + (room - wantedTopic) + " are left");
            }
            readGroup();
            checkRecords(recordsBytes);
        }

        private void checkRecords(int recordsBytes) {
            int end = recordsStart + recordsBytes;
            int at = recordsStart;
            for (int i = 0; i < groupRecordCount; i++) {
                String fault = StoredMessageLayout.structuralFault(buffer, at, end - at);
                if (fault == null) {
                    fault = recordFault(at);
                }
                if (fault != null) {
                    throw fault(at, "record " + i + " of group " + (groupsRead - 1) + ": " + fault);
                }
                at += StoredMessageLayout.totalSize(buffer, at);
            }
            if (at != end) {
                throw fault(at, (end - at) + " bytes follow the last record of group " + (groupsRead - 1));
            }
        }

        private @Nullable String recordFault(int at) {
            int flags = StoredMessageLayout.systemFlag(buffer, at) & FORBIDDEN_FLAGS;
            if (flags != 0) {
                return "system flag bits 0x" + Integer.toHexString(flags)
                        + " are not allowed; send IPv4 host fields and no transaction";
            }
            if (StoredMessageLayout.topicLength(buffer, at) != topicLength
                    || !equal(StoredMessageLayout.topicStart(buffer, at), topicStart, topicLength)) {
                return "its topic is not that of the group";
            }
            return null;
        }

        private boolean equal(int left, int right, int length) {
            for (int i = 0; i < length; i++) {
                if (buffer.get(left + i) != buffer.get(right + i)) {
                    return false;
                }
            }
            return true;
        }

        private BadFieldException fault(int at, String what) {
            return new BadFieldException("multi-send body at byte " + (at - start) + ": " + what);
        }

        private void readGroup() {
            topicStart = nextGroupAt + Short.BYTES;
            topicLength = buffer.getShort(nextGroupAt);
            int countAt = topicStart + topicLength;
            groupRecordCount = buffer.getInt(countAt);
            recordsStart = countAt + 2 * Integer.BYTES;
            nextGroupAt = recordsStart + buffer.getInt(countAt + Integer.BYTES);
            nextRecordAt = recordsStart;
            groupsRead++;
        }

        /** Groups of the body. */
        public int groupCount() {
            return groupCount;
        }

        /** Records of all groups. */
        public int recordCount() {
            return recordCount;
        }

        /** The body itself; indexes given by this cursor are indexes into it. */
        public ByteBuffer buffer() {
            return buffer;
        }

        /** Goes to the next group; false if there is none. */
        public boolean nextGroup() {
            if (groupsRead == groupCount) {
                return false;
            }
            readGroup();
            return true;
        }

        /** The group's topic; makes a new text at each call. */
        public String topic() {
            byte[] bytes = new byte[topicLength];
            buffer.get(topicStart, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** Index of the first byte of the group's topic. */
        public int topicStart() {
            return topicStart;
        }

        public int topicLength() {
            return topicLength;
        }

        /** Records of this group. */
        public int groupRecordCount() {
            return groupRecordCount;
        }

        /** Index of the first byte of the group's first record. */
        public int recordsStart() {
            return recordsStart;
        }

        /** Bytes of all records of this group. */
        public int recordsBytes() {
            return nextGroupAt - recordsStart;
        }

        /** Goes to the next record of the group; false if there is none. */
        public boolean nextRecord() {
            if (nextRecordAt == nextGroupAt) {
                return false;
            }
            recordAt = nextRecordAt;
            nextRecordAt += recordBytes();
            return true;
        }

        /** Index at which the record starts, for the methods of {@link StoredMessageLayout}. */
        public int recordAt() {
            return recordAt;
        }

        public int recordBytes() {
            return StoredMessageLayout.totalSize(buffer, recordAt);
        }
    }

    /**
     * Builds a body: {@link #beginGroup}, its records, the next group, {@link #finish}. The buffer grows as needed.
     *
     * <p>Owner: one thread.
     */
    public static final class Writer {
        private static final int NO_GROUP = -1;

        private final StoredMessageEncoder encoder = new StoredMessageEncoder();
        private ByteBuffer target;
        private byte[] topic = new byte[0];
        private int groupCount;
        private int groupRecordCount;
        private int countAt = NO_GROUP;

        /** @param capacityBytes how many bytes the body will probably have */
        public Writer(int capacityBytes) {
            target = ByteBuffer.allocate(Math.max(capacityBytes, HEAD_BYTES));
            target.putInt(VERSION).putInt(0);
        }

        /**
         * Starts a group.
         *
         * @param groupTopic UTF-8, 1 to 255 bytes
         */
        public Writer beginGroup(byte[] groupTopic) {
            endGroup();
            if (groupTopic.length < 1 || groupTopic.length > ProtocolLimits.TOPIC_BYTES_MAX) {
                throw new BadFieldException(
                        "topic of " + groupTopic.length + " bytes; use one of 1.." + ProtocolLimits.TOPIC_BYTES_MAX);
            }
            room(groupBytes(groupTopic.length, 0));
            target.putShort((short) groupTopic.length).put(groupTopic);
            topic = groupTopic;
            countAt = target.position();
            target.putInt(0).putInt(0);
            groupCount++;
            groupRecordCount = 0;
            return this;
        }

        /**
         * Encodes one record into the group.
         *
         * @param head with IPv4 host fields
         */
        public Writer record(StoredMessageEncoder.Head head, ByteBuffer body, ByteBuffer properties) {
            room(StoredMessageLayout.recordBytes(0, body.remaining(), topic.length, properties.remaining()));
            encoder.encode(target, head, body, topic, properties);
            groupRecordCount++;
            return this;
        }

        /** Adds {@code count} records of the group's topic that are encoded already; the buffer's position moves. */
        public Writer records(int count, ByteBuffer encoded) {
            room(encoded.remaining());
            target.put(encoded);
            groupRecordCount += count;
            return this;
        }

        /** Bytes so far. */
        public int bytes() {
            return target.position();
        }

        /** The whole body, from position to limit; the writer is of no use afterwards. */
        public ByteBuffer finish() {
            endGroup();
            target.putInt(Integer.BYTES, groupCount);
            return target.flip();
        }

        private void endGroup() {
            if (countAt != NO_GROUP) {
                target.putInt(countAt, groupRecordCount);
                target.putInt(countAt + Integer.BYTES, target.position() - countAt - 2 * Integer.BYTES);
            }
        }

        private void room(int bytes) {
            if (target.remaining() < bytes) {
                ByteBuffer bigger = ByteBuffer.allocate(Math.max(target.capacity() * 2, target.position() + bytes));
                target = bigger.put(target.flip());
            }
        }
    }
}
