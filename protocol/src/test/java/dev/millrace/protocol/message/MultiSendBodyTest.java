package dev.millrace.protocol.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiSendBodyTest {
    private static final byte[] NO_HOST = new byte[StoredMessageLayout.HOST_IPV4_LENGTH];

    private final MultiSendBody.Reader reader = new MultiSendBody.Reader();

    @Test
    void showsGroupsAndRecordsInTheirOrder() {
        reader.open(sample());

        List<String> seen = new ArrayList<>();
        while (reader.nextGroup()) {
            seen.add(reader.topic() + " x" + reader.groupRecordCount());
            while (reader.nextRecord()) {
                StoredMessage message = StoredMessage.decode(reader.buffer(), reader.recordAt());
                seen.add(message.place().topic() + ":" + message.place().queueId() + " "
                        + new String(message.body(), UTF_8));
            }
        }

        assertThat(seen).containsExactly("A x2", "A:0 a0", "A:7 a1", "Thema-ä x1", "Thema-ä:3 ");
        assertThat(reader.groupCount()).isEqualTo(2);
        assertThat(reader.recordCount()).isEqualTo(3);
    }

    @Test
    void startsAgainAfterRewind() {
        reader.open(sample());
        reader.nextGroup();
        reader.nextRecord();

        reader.rewind();

        assertThat(reader.nextRecord()).isFalse();
        assertThat(reader.nextGroup()).isTrue();
        assertThat(reader.topic()).isEqualTo("A");
    }

    @Test
    void takesRecordsThatWereEncodedBefore() {
        ByteBuffer encoded = ByteBuffer.allocate(512);
        new StoredMessageEncoder().encode(encoded, head(4, 0), text("x"), "T".getBytes(UTF_8), text(""));
        new StoredMessageEncoder().encode(encoded, head(5, 0), text("y"), "T".getBytes(UTF_8), text(""));

        ByteBuffer body = new MultiSendBody.Writer(0)
                .beginGroup("T".getBytes(UTF_8))
                .records(2, encoded.flip())
                .finish();

        assertThat(reader.open(body).recordCount()).isEqualTo(2);
    }

    @Test
    void readsABodyThatDoesNotStartAtZero() {
        ByteBuffer sample = sample();
        ByteBuffer shifted = ByteBuffer.allocateDirect(sample.remaining() + 33);
        shifted.position(13).put(sample).limit(shifted.position()).position(13);

        reader.open(shifted);

        assertThat(reader.nextGroup()).isTrue();
        assertThat(reader.topic()).isEqualTo("A");
        assertThat(shifted.position()).isEqualTo(13);
    }

    @Test
    void refusesEveryTruncation() {
        ByteBuffer sample = sample();
        for (int length = 0; length < sample.limit(); length++) {
            ByteBuffer cut = sample.duplicate().limit(length);
            assertThatExceptionOfType(BadFieldException.class)
                    .as("cut to %d", length)
                    .isThrownBy(() -> reader.open(cut));
        }
    }

    @Test
    void refusesOrWalksEveryFlippedByte() {
        ByteBuffer sample = sample();
        for (int at = 0; at < sample.limit(); at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte old = sample.get(at);
                sample.put(at, (byte) (old ^ 1 << bit));
                assertThat(walk(sample)).as("byte %d bit %d", at, bit).isBetween(0, 3);
                sample.put(at, old);
            }
        }
    }

    private int walk(ByteBuffer body) {
        try {
            reader.open(body);
        } catch (BadFieldException e) {
            return 0;
        }
        int count = 0;
        while (reader.nextGroup()) {
            while (reader.nextRecord()) {
                StoredMessage.decode(body, reader.recordAt());
                count++;
            }
        }
        return count;
    }

    @Test
    void refusesARecordOfAnotherTopic() {
        ByteBuffer encoded = ByteBuffer.allocate(512);
        new StoredMessageEncoder().encode(encoded, head(4, 0), text("x"), "U".getBytes(UTF_8), text(""));
        ByteBuffer body = new MultiSendBody.Writer(0)
                .beginGroup("T".getBytes(UTF_8))
                .records(1, encoded.flip())
                .finish();

        assertThatThrownBy(() -> reader.open(body))
                .isInstanceOf(BadFieldException.class)
                .hasMessage("multi-send body at byte 19: record 0 of group 0: its topic is not that of the group");
    }

    @Test
    void refusesTransactionBits() {
        ByteBuffer body = new MultiSendBody.Writer(0)
                .beginGroup("T".getBytes(UTF_8))
                .record(head(0, SystemFlags.TRANSACTION_PREPARED), text("x"), text(""))
                .finish();

        assertThatThrownBy(() -> reader.open(body)).hasMessageContaining("system flag bits 0x4 are not allowed");
    }

    @Test
    void refusesIpv6HostFields() {
        StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(0, 0, 0, 0, new byte[20], NO_HOST, 0, 0);
        ByteBuffer body = new MultiSendBody.Writer(1024)
                .beginGroup("T".getBytes(UTF_8))
                .record(head, text("x"), text(""))
                .finish();

        assertThatThrownBy(() -> reader.open(body)).hasMessageContaining("system flag bits 0x10 are not allowed");
    }

    @Test
    void refusesCountsOutsideTheLimits() {
        assertThatThrownBy(() -> reader.open(changed(0, 2))).hasMessageContaining("version 2; send version 1");
        assertThatThrownBy(() -> reader.open(changed(4, 0))).hasMessageContaining("0 groups are outside 1..4096");
        assertThatThrownBy(() -> reader.open(changed(4, 4097))).hasMessageContaining("4097 groups");
        assertThatThrownBy(() -> reader.open(changed(11, 0))).hasMessageContaining("has 0 records");
        assertThatThrownBy(() -> reader.open(changed(11, -1))).hasMessageContaining("has -1 records");
        assertThatThrownBy(() -> reader.open(changed(11, Integer.MAX_VALUE))).hasMessageContaining("1..65536");
        assertThatThrownBy(() -> reader.open(changed(15, Integer.MIN_VALUE))).hasMessageContaining("bytes of records");
    }

    private static ByteBuffer changed(int at, int value) {
        return sample().putInt(at, value);
    }

    @Test
    void refusesATopicThatIsTooLong() {
        MultiSendBody.Writer writer = new MultiSendBody.Writer(0);

        assertThatThrownBy(() -> writer.beginGroup(new byte[256])).hasMessage("topic of 256 bytes; use one of 1..255");
    }

    @Test
    void carriesTheAnswerOfEachGroup() {
        ByteBuffer body = new MultiSendReplyBody.Writer(3, 3)
                .group(0, null, 2)
                .record(41, 1L << 40)
                .record(42, -1)
                .group(17, "no topic ä", 0)
                .group(10, "late", 1)
                .record(Long.MAX_VALUE, 0)
                .finish();

        assertThat(readReply(body))
                .containsExactly(
                        "0  x2",
                        "41@1099511627776",
                        "42@-1",
                        "17 no topic ä x0",
                        "10 late x1",
                        "9223372036854775807@0");
    }

    @Test
    void cutsALongRemarkAtAWholeCharacter() {
        ByteBuffer body = new MultiSendReplyBody.Writer(1, 0)
                .group(1, "x" + "ä".repeat(600), 0)
                .finish();

        MultiSendReplyBody.Reader reply = new MultiSendReplyBody.Reader().open(body);
        reply.nextGroup();

        assertThat(reply.remark()).isEqualTo("x" + "ä".repeat(511));
    }

    @Test
    void refusesEveryTruncatedAnswer() {
        ByteBuffer body = new MultiSendReplyBody.Writer(2, 1)
                .group(0, "r", 1)
                .record(1, 2)
                .group(1, null, 0)
                .finish();
        for (int length = 0; length < body.limit(); length++) {
            ByteBuffer cut = body.duplicate().limit(length);
            assertThatExceptionOfType(BadFieldException.class)
                    .as("cut to %d", length)
                    .isThrownBy(() -> readReply(cut));
        }
    }

    @Test
    void refusesOrWalksAnAnswerWithAFlippedByte() {
        ByteBuffer body = new MultiSendReplyBody.Writer(2, 1)
                .group(0, "r", 1)
                .record(1, 2)
                .group(1, null, 0)
                .finish();
        for (int at = 0; at < body.limit(); at++) {
            byte old = body.get(at);
            body.put(at, (byte) ~old);
            try {
                assertThat(readReply(body)).as("byte %d", at).isNotEmpty();
            } catch (BadFieldException e) {
                assertThat(e).hasMessageStartingWith("multi-send answer");
            }
            body.put(at, old);
        }
    }

    private static List<String> readReply(ByteBuffer body) {
        MultiSendReplyBody.Reader reply = new MultiSendReplyBody.Reader().open(body);
        List<String> seen = new ArrayList<>();
        while (reply.nextGroup()) {
            seen.add(reply.code() + " " + reply.remark() + " x" + reply.groupRecordCount());
            while (reply.nextRecord()) {
                seen.add(reply.queueOffset() + "@" + reply.position());
            }
        }
        return seen;
    }

    private static ByteBuffer sample() {
        return new MultiSendBody.Writer(16)
                .beginGroup("A".getBytes(UTF_8))
                .record(head(0, 0), text("a0"), text("K\u0001V\u0002"))
                .record(head(7, SystemFlags.COMPRESSED), text("a1"), text(""))
                .beginGroup("Thema-ä".getBytes(UTF_8))
                .record(head(3, 0), text(""), text(""))
                .finish();
    }

    private static StoredMessageEncoder.Head head(int queueId, int systemFlag) {
        return new StoredMessageEncoder.Head(queueId, 0, systemFlag, 1_700_000_000_000L, NO_HOST, NO_HOST, 0, 0);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
