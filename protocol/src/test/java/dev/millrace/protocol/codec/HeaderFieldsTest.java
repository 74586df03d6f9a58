package dev.millrace.protocol.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.Serialization;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFieldsTest {
    private final HeaderWriter writer = new HeaderWriter();
    private final HeaderFields fields = new HeaderFields();

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void carriesFixedFieldsAndRemark(Serialization serialization) {
        byte[] header = header(writer.begin(serialization, 310, -2, 3, "why: \"ä\" \\ 話\n"));

        parse(serialization, header);

        assertThat(fields.serialization()).isEqualTo(serialization);
        assertThat(fields.code()).isEqualTo(310);
        assertThat(fields.opaque()).isEqualTo(-2);
        assertThat(fields.flag()).isEqualTo(3);
        assertThat(fields.isResponse()).isTrue();
        assertThat(fields.isOneWay()).isTrue();
        assertThat(fields.version()).isEqualTo(ProtocolVersion.OURS);
        assertThat(fields.language()).isZero();
        assertThat(fields.remark()).isEqualTo("why: \"ä\" \\ 話\n");
        assertThat(fields.remark()).as("a second time").isEqualTo("why: \"ä\" \\ 話\n");
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void carriesAnyText(Serialization serialization) {
        for (int seed = 0; seed < 300; seed++) {
            RandomRecords random = new RandomRecords(seed);
            Map<String, String> sent = new LinkedHashMap<>();
            for (int i = 0; i < 20; i++) {
                sent.put((i % 2 == 0 ? "name" : "") + (char) ('a' + i), random.text());
            }
            writer.begin(serialization, 10, seed, 0, null);
            sent.forEach(writer::field);

            parse(serialization, header(writer));

            sent.forEach((name, value) -> {
                assertThat(fields.name(name)).isEqualTo(value);
                assertThat(UTF_8.decode(fields.bytes(name)).toString()).isEqualTo(value);
                assertThat(fields.text(name)).isEqualTo(value);
            });
            assertThat(fields.toMap()).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void carriesBytesOfText(Serialization serialization) {
        byte[] block = "xxK\u0001ä\u0002\"\\xx".getBytes(UTF_8);
        writer.begin(serialization, 10, 1, 0, null).field("i", block, 2, block.length - 4);

        parse(serialization, header(writer));

        assertThat(fields.text("i")).isEqualTo("K\u0001ä\u0002\"\\");
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void leavesOutNullsAndEmptyText(Serialization serialization) {
        writer.begin(serialization, 10, 1, 0, "")
                .field("a", (String) null)
                .field("b", "")
                .field("c", new byte[4], 2, 0);

        parse(serialization, header(writer));

        assertThat(fields.toMap()).isEmpty();
        assertThat(fields.remark()).isNull();
        assertThat(fields.has("a")).isFalse();
        assertThat(fields.bytes("c").remaining()).isZero();
        assertThat(fields.intOr("b", 7)).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void refusesEveryTruncation(Serialization serialization) {
        byte[] header = sample(serialization);
        parse(serialization, Arrays.copyOf(header, header.length));
        for (int length = 0; length < header.length; length++) {
            byte[] cut = Arrays.copyOf(header, length);

            assertThatThrownBy(() -> parse(serialization, cut))
                    .as("cut to %d of %d", length, header.length)
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void refusesOrReadsEveryFlippedBit(Serialization serialization) {
        byte[] header = sample(serialization);
        for (int at = 0; at < header.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = header.clone();
                changed[at] ^= (byte) (1 << bit);

                assertThat(readAll(serialization, changed))
                        .as("byte %d bit %d", at, bit)
                        .isTrue();
            }
        }
    }

    private boolean readAll(Serialization serialization, byte[] header) {
        try {
            parse(serialization, header);
            int hash = fields.toMap().hashCode() + Objects.hashCode(fields.remark());
            for (String name : fields.toMap().keySet()) {
                hash += fields.bytes(name).hashCode() + (fields.booleanOr(name, true) ? 1 : 0);
                hash += Long.hashCode(fields.longOr(name, hash));
            }
            return hash == 0 || hash != 0;
        } catch (ProtocolException e) {
            return e.getMessage() != null;
        }
    }

    private byte[] sample(Serialization serialization) {
        writer.begin(serialization, 310, 77, 0, "re\"mark");
        writer.field("a", "group").field("b", "T\u0001ä").field("queueId", -5).field("k", true);
        return header(writer);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0x7F, 0xFF})
    void refusesAnUnknownSerialisation(int type) {
        byte[] header = sample(Serialization.JSON);

        assertThatThrownBy(() -> fields.parse(type, ByteBuffer.wrap(header), 0, header.length))
                .hasMessage("serialisation type " + type + " is neither 0 (JSON) nor 1 (ROCKETMQ)");
    }

    @Test
    void refusesAHeaderOverTheLimit() {
        assertThatThrownBy(() -> fields.parse(0, ByteBuffer.allocate(300_000), 0, 300_000))
                .hasMessage("header of 300000 bytes is over the limit of 262144; send fewer or shorter fields");
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void refusesTooManyFields(Serialization serialization) {
        writer.begin(serialization, 1, 1, 0, null);
        for (int i = 0; i < 129; i++) {
            writer.field("f" + i, i);
        }
        byte[] header = header(writer);

        assertThatThrownBy(() -> parse(serialization, header)).hasMessage("header has more than 128 fields");
    }

    @Test
    void keepsOtherFieldsWholeWhenMalformedTextIsUnescaped() {
        byte[] header = "{\"code\":1,\"extFields\":{\"i\":\"\\n????????????????\",\"topic\":\"TopicTest\"}}"
                .getBytes(ISO_8859_1);
        for (int i = 0; i < header.length; i++) {
            header[i] = header[i] == '?' ? (byte) 0xFF : header[i];
        }
        parse(Serialization.JSON, header);

        ByteBuffer malformed = fields.bytes("i");

        assertThat(malformed.remaining()).isEqualTo(17);
        assertThat(fields.text("topic")).isEqualTo("TopicTest");
        assertThat(fields.toMap()).containsEntry("topic", "TopicTest").hasSize(2);
    }

    @Test
    void doesNotReadBehindTheHeader() {
        parse(
                Serialization.JSON,
                "{\"code\":\"1\",\"opaque\":7777777777777777777}"
                        .replace("7777777777777777777", "7")
                        .getBytes(UTF_8));
        byte[] cut = "{\"code\":\"1".getBytes(UTF_8);

        assertThatThrownBy(() -> parse(Serialization.JSON, cut)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void growsForALongHeaderAndReadsAShortOneAfterIt() {
        String longText = "x".repeat(100_000);
        parse(Serialization.JSON, header(writer.begin(Serialization.JSON, 1, 1, 0, longText)));
        assertThat(fields.remark()).isEqualTo(longText);

        parse(Serialization.ROCKETMQ, header(writer.begin(Serialization.ROCKETMQ, 2, 2, 0, null)));

        assertThat(fields.remark()).isNull();
        assertThat(fields.code()).isEqualTo(2);
    }

    @Test
    void readsABinaryHeaderAsOthersWriteIt() {
        ByteBuffer header = ByteBuffer.allocate(100);
        header.putShort((short) -5)
                .put((byte) 9)
                .putShort((short) 0xFFFF)
                .putInt(8)
                .putInt(1);
        header.putInt(0).putInt(4 + 6 + 2 + 5 + 1 + 1 + 6);
        header.putShort((short) 1).put((byte) 'a').putInt(3).put("abc".getBytes(UTF_8));
        header.putShort((short) 0).putInt(2).put("xx".getBytes(UTF_8));
        header.putShort((short) 1).put((byte) 'b').putInt(0);
        header.flip().limit(21 + 10 + 8 + 7);
        header.putInt(17, 25);

        fields.parse(1, header, 0, header.limit());

        assertThat(fields.code()).isEqualTo(-5);
        assertThat(fields.language()).isEqualTo(9);
        assertThat(fields.version()).isEqualTo(0xFFFF);
        assertThat(fields.toMap()).isEqualTo(Map.of("a", "abc"));
    }

    @Test
    void refusesNegativeAndHugeLengthsInABinaryHeader() {
        writer.begin(Serialization.ROCKETMQ, 1, 1, 0, "r").field("n", "v");
        byte[] header = header(writer);
        for (int at : new int[] {13, 18, 25}) {
            for (int wrong : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1000}) {
                ByteBuffer changed = ByteBuffer.wrap(header.clone()).putInt(at, wrong);

                assertThatThrownBy(() -> fields.parse(1, changed, 0, changed.limit()))
                        .as("length %d at %d", wrong, at)
                        .isInstanceOf(ProtocolException.class)
                        .hasMessageStartingWith("binary header: ");
            }
        }
    }

    @Test
    void givesOneStringForOneName() {
        byte[] header = header(writer.begin(Serialization.JSON, 1, 1, 0, null).field("b", "TopicA"));
        parse(Serialization.JSON, header);
        String first = fields.requiredName("b");

        parse(Serialization.JSON, header);

        assertThat(fields.requiredName("b")).isSameAs(first);
    }

    @Test
    void neverMixesNamesUp() {
        NameCache cache = new NameCache();
        for (int i = 0; i < 20_000; i++) {
            String name = "topic-" + Integer.toString(i * 7919, 36) + "x".repeat(i % 300);
            byte[] bytes = ("<" + name + ">").getBytes(UTF_8);

            assertThat(cache.name(bytes, 1, bytes.length - 2)).isEqualTo(name);
        }
    }

    @Test
    void saysWhichFieldIsMissing() {
        parse(Serialization.JSON, sample(Serialization.JSON));

        assertThatThrownBy(() -> fields.requiredText("topic"))
                .isInstanceOf(BadFieldException.class)
                .hasMessage("header field 'topic' is missing; send it");
        assertThatThrownBy(() -> fields.requiredLong("c")).hasMessage("header field 'c' is missing; send it");
    }

    private static byte[] header(HeaderWriter writer) {
        int length = writer.end();
        return Arrays.copyOf(writer.array(), length);
    }

    private void parse(Serialization serialization, byte[] header) {
        ByteBuffer inside = ByteBuffer.allocate(header.length + 20).put(5, header);
        fields.parse(serialization.number(), inside, 5, header.length);
    }
}
