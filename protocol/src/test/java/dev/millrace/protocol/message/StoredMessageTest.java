package dev.millrace.protocol.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredMessageTest {
    private static final String IPV4 = "10.1.2.3";
    private static final String IPV6 = "fd00:0:0:0:0:0:0:25";

    private final StoredMessageEncoder encoder = new StoredMessageEncoder();

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3, 9",
        "10.1.2.3, fd00:0:0:0:0:0:0:25, 9",
        "fd00:0:0:0:0:0:0:25, 10.1.2.3, 127",
        "fd00:0:0:0:0:0:0:25, fd00:0:0:0:0:0:0:25, 128",
        "10.1.2.3, 10.1.2.3, 255",
        "10.1.2.3, 10.1.2.3, 32767"
    })
    void comesBackAsItWasStored(String bornHost, String storeHost, int topicLength) {
        ByteBuffer log = ByteBuffer.allocate(40_000).position(17);
        String topic = "t".repeat(topicLength);
        encode(log, bornHost, storeHost, topic, "body ä", "KEYS\u0001k\u0002TAGS\u0001ä\u0002");
        StoredMessageLayout.putQueueOffset(log, 17, 1L << 33);
        StoredMessageLayout.putPosition(log, 17, 1L << 40);
        StoredMessageLayout.putStoreTimeMs(log, 17, 1_700_000_000_001L);
        int end = log.position();

        StoredMessage message = StoredMessage.decode(log, 17);

        assertThat(message.place()).isEqualTo(new StoredMessage.Place(topic, 3, 1L << 33, 1L << 40));
        assertThat(message.born()).isEqualTo(new StoredMessage.Stamp(1_700_000_000_000L, host(bornHost, 4711)));
        assertThat(message.stored()).isEqualTo(new StoredMessage.Stamp(1_700_000_000_001L, host(storeHost, 10911)));
        assertThat(message.body()).isEqualTo("body ä".getBytes(UTF_8));
        assertThat(message.properties()).isEqualTo(Map.of("KEYS", "k", "TAGS", "ä"));
        assertThat(message.flag()).isEqualTo(-9);
        assertThat(message.timesConsumed()).isEqualTo(5);
        assertThat(message.preparedPosition()).isEqualTo(77);
        assertThat(message.systemFlag() & SystemFlags.COMPRESSED).isEqualTo(1);
        assertThat(StoredMessageLayout.totalSize(log, 17)).isEqualTo(end - 17);
        assertThat(StoredMessageLayout.magic(log, 17))
                .isEqualTo(topicLength > 127 ? StoredMessageLayout.MAGIC_V2 : StoredMessageLayout.MAGIC_V1);
        assertThat(StoredMessageLayout.bodyCrc(log, 17)).isEqualTo(crc("body ä"));
        assertThat(StoredMessageLayout.structuralFault(log, 17, end - 17)).isNull();
    }

    @Test
    void hasTheDocumentedPlaces() {
        ByteBuffer log = ByteBuffer.allocate(200);
        encode(log, IPV4, IPV4, "T", "", "");

        assertThat(log.position()).isEqualTo(StoredMessageLayout.RECORD_BYTES_MIN + 1);
        assertThat(log.getInt(0)).isEqualTo(92);
        assertThat(log.getInt(4)).isEqualTo(0xDAA320A7);
        assertThat(log.getInt(12)).isEqualTo(3);
        assertThat(log.getLong(40)).isEqualTo(1_700_000_000_000L);
        assertThat(log.getInt(48)).isEqualTo(0x0A010203);
        assertThat(log.getInt(52)).isEqualTo(4711);
        assertThat(log.getInt(68)).isEqualTo(10911);
        assertThat(log.getInt(72)).isEqualTo(5);
        assertThat(log.getInt(84)).isZero();
        assertThat(log.get(88)).isEqualTo((byte) 1);
        assertThat(log.get(89)).isEqualTo((byte) 'T');
    }

    @Test
    void setsTheHostBitsByTheHosts() {
        ByteBuffer log = ByteBuffer.allocate(300);
        StoredMessageEncoder.Head head =
                new StoredMessageEncoder.Head(0, 0, 0x30, 0, field(IPV4, 1), field(IPV6, 2), 0, 0);

        encoder.encode(log, head, text(""), "T".getBytes(UTF_8), text(""));

        assertThat(StoredMessageLayout.systemFlag(log, 0)).isEqualTo(SystemFlags.STORE_HOST_IPV6);
    }

    @Test
    void doesNotMoveWhatItCopies() {
        ByteBuffer body = text("xxbody").position(2);
        ByteBuffer properties = text("K\u0001v\u0002");

        encoder.encode(ByteBuffer.allocateDirect(300), head(IPV4, IPV4), body, "T".getBytes(UTF_8), properties);

        assertThat(body.position()).isEqualTo(2);
        assertThat(properties.position()).isZero();
    }

    @Test
    void refusesEveryTruncation() {
        ByteBuffer log = ByteBuffer.allocate(300);
        encode(log, IPV4, IPV6, "Topic", "body", "K\u0001v\u0002");
        log.flip();
        for (int length = 0; length < log.limit(); length++) {
            assertThat(StoredMessageLayout.structuralFault(log, 0, length))
                    .as("cut to %d", length)
                    .isNotNull();
        }
    }

    @Test
    void refusesOrReadsEveryFlippedBit() {
        ByteBuffer log = ByteBuffer.allocate(300);
        encode(log, IPV4, IPV4, "Topic", "body", "K\u0001v\u0002");
        log.flip();
        for (int at = 0; at < log.limit(); at++) {
            for (int bit = 0; bit < 8; bit++) {
                log.put(at, (byte) (log.get(at) ^ 1 << bit));
                if (StoredMessageLayout.structuralFault(log, 0, log.limit()) == null) {
                    assertThat(StoredMessage.decode(log, 0).body()).hasSizeLessThan(300);
                }
                log.put(at, (byte) (log.get(at) ^ 1 << bit));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 90, total size 90 is outside 91..106",
        "0, 107, total size 107 is outside 91..106",
        "0, -1, total size -1 is outside 91..106",
        "4, 5, magic 0x5 is no message record",
        "84, -1, body length does not fit",
        "84, 2147483647, body length does not fit",
        "84, 5, topic length 84 does not fit",
        "98, 0, properties length 0 does not fill"
    })
    void saysWhatIsWrong(int at, int value, String reason) {
        ByteBuffer log = ByteBuffer.allocate(300);
        encode(log, IPV4, IPV4, "Topic", "body", "K\u0001val\u0002");
        log.flip();
        assertThat(log.limit()).isEqualTo(106);
        log.putInt(at, value);

        assertThatThrownBy(() -> StoredMessage.decode(log, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no message record at byte 0: ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 55, 57})
    void refusesAnIdOfAnotherLength(int length) {
        assertThatThrownBy(() -> OffsetMessageId.parse("A".repeat(length)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an offset id has 32 or 56");
    }

    @Test
    void refusesAnIdThatIsNoHex() {
        assertThatThrownBy(() -> OffsetMessageId.parse("G".repeat(32))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void makesAndReadsOffsetIds(String address) {
        InetSocketAddress host = host(address, 10911);
        String text = OffsetMessageId.of(OffsetMessageId.hostField(host), 0x123456789ABCL);

        assertThat(text).endsWith("00002A9F0000123456789ABC").isUpperCase();
        assertThat(OffsetMessageId.parse(text)).isEqualTo(new OffsetMessageId(host, 0x123456789ABCL));
    }

    @Test
    void makesUniqueIdsInTheirForm() {
        UniqueId ids = new UniqueId(new byte[] {10, 1, 2, (byte) 255}, 0x12345, 0xABCDEF01, () -> 0x1234567L);

        assertThat(ids.next()).isEqualTo("0A0102FF2345ABCDEF01012345670000");
        assertThat(ids.next()).isEqualTo("0A0102FF2345ABCDEF01012345670001").hasSize(UniqueId.LENGTH);
    }

    private void encode(
            ByteBuffer log, String bornHost, String storeHost, String topic, String body, String properties) {
        encoder.encode(log, head(bornHost, storeHost), text(body), topic.getBytes(UTF_8), text(properties));
    }

    private static StoredMessageEncoder.Head head(String bornHost, String storeHost) {
        return new StoredMessageEncoder.Head(
                3,
                -9,
                SystemFlags.COMPRESSED,
                1_700_000_000_000L,
                field(bornHost, 4711),
                field(storeHost, 10911),
                5,
                77);
    }

    private static byte[] field(String address, int port) {
        return OffsetMessageId.hostField(host(address, port));
    }

    private static InetSocketAddress host(String address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static int crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(UTF_8));
        return (int) crc.getValue() & 0x7FFFFFFF;
    }
}
