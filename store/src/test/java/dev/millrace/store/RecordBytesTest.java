package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compares files with bytes that were worked out by hand from docs/storage-format.md. */
class RecordBytesTest {
    private static final Path FOLDER = Path.of("/store");
    private static final int SEGMENT_BYTES = 4096;
    /** 2026-01-01T00:00:00Z in ms. */
    private static final String STORE_TIME = "0000019b76daa800";

    private static final String FIRST = "00000067" // 103 bytes: 91 + body 2 + topic 1 + properties 9
            + "daa320a7"
            + "00000000" // CRC of the body, compared apart
            + "00000003"
            + "00000000"
            + "0000000000000000" // queue offset
            + "0000000000000000" // position
            + "00000000"
            + "0000018bcfe56800" // born 1,700,000,000,000
            + "7f00000100002a9f"
            + STORE_TIME
            + "7f00000100002a9f"
            + "00000000"
            + "0000000000000000"
            + "00000002"
            + "6869"
            + "01"
            + "74"
            + "0009"
            + "54414753" + "01" + "616263" + "02";

    private final FaultyDisk disk = new FaultyDisk();

    @AfterEach
    void freeMemory() {
        disk.close();
    }

    @Test
    void writesARecordByteForByte() {
        try (TestStore test = store()) {
            test.send("t", 3, "hi", "TAGS=abc");
            test.run();

            byte[] log = disk.bytes(FOLDER.resolve("commitlog/00000000000000000000"));
            String written = HexFormat.of().formatHex(log, 0, 103);
            assertThat(written.substring(0, 16)).isEqualTo(FIRST.substring(0, 16));
            assertThat(written.substring(24)).isEqualTo(FIRST.substring(24));
            assertThat(Integer.parseUnsignedInt(written.substring(16, 24), 16)).isEqualTo(crc("hi"));
            assertThat(log[103]).isZero();
        }
    }

    @Test
    void writesAQueueEntryByteForByte() {
        try (TestStore test = store()) {
            test.send("t", 3, "hi", "TAGS=abc");
            test.send("t", 3, "hi", "");
            test.run();

            byte[] queue = disk.bytes(FOLDER.resolve("consumequeue/t/3/00000000000000000000"));
            assertThat(queue).hasSize(6_000_000);
            // "abc".hashCode() is 96354 = 0x17862; the second record has 91 + 2 + 1 bytes.
            assertThat(HexFormat.of().formatHex(queue, 0, 60))
                    .isEqualTo("0000000000000000" + "00000067" + "0000000000017862" + "0000000000000067" + "0000005e"
                            + "0000000000000000" + "00".repeat(20));
        }
    }

    @Test
    void endsASegmentWithABlankRecord() {
        try (TestStore test = store()) {
            int body = SEGMENT_BYTES - 92 - 108;
            test.send("t", 0, "x".repeat(body), "");
            test.send("t", 0, "x".repeat(100), "");
            test.run();

            ByteBuffer first = ByteBuffer.wrap(disk.bytes(FOLDER.resolve("commitlog/00000000000000000000")));
            assertThat(first.getInt(SEGMENT_BYTES - 108)).isEqualTo(108);
            assertThat(first.getInt(SEGMENT_BYTES - 104)).isEqualTo(0xCBD43194);
            assertThat(first.getLong(SEGMENT_BYTES - 100)).isZero();
            ByteBuffer second = ByteBuffer.wrap(disk.bytes(FOLDER.resolve("commitlog/00000000000000004096")));
            assertThat(second.getInt(0)).isEqualTo(192);
            assertThat(second.getLong(28)).isEqualTo(SEGMENT_BYTES);
            assertThat(second.getLong(20)).isEqualTo(1);
        }
    }

    @Test
    void fillsASegmentUpToTheLastEightBytes() {
        try (TestStore test = store()) {
            test.send("t", 0, "x".repeat(SEGMENT_BYTES - 92 - 8), "");
            TestAppend next = test.send("t", 0, "x", "");
            test.run();

            ByteBuffer first = ByteBuffer.wrap(disk.bytes(FOLDER.resolve("commitlog/00000000000000000000")));
            assertThat(first.getInt(0)).isEqualTo(SEGMENT_BYTES - 8);
            assertThat(first.getInt(SEGMENT_BYTES - 8)).isEqualTo(8);
            assertThat(next.positions[0]).isEqualTo(SEGMENT_BYTES);
        }
    }

    @Test
    void queuesDelayedMessagesByTheirTime() {
        try (TestStore test = store()) {
            test.send("SCHEDULE_TOPIC_XXXX", 2, "later", "DELAY=3;TAGS=abc");
            test.run();

            ByteBuffer queue = ByteBuffer.wrap(
                    disk.bytes(FOLDER.resolve("consumequeue/SCHEDULE_TOPIC_XXXX/2/00000000000000000000")));
            assertThat(queue.getLong(12)).isEqualTo(Long.parseLong(STORE_TIME, 16) + 10_000);
        }
    }

    @Test
    void givesPreparedAndRolledBackRecordsNoQueueOffset() {
        try (TestStore test = store()) {
            QueueLog queue = test.store.queue("t", 0);
            TestAppend prepared =
                    TestAppend.of(queue, TestRecords.record("t", 0, 0x4, "half".getBytes(StandardCharsets.UTF_8), ""));
            TestAppend committed =
                    TestAppend.of(queue, TestRecords.record("t", 0, 0x8, "whole".getBytes(StandardCharsets.UTF_8), ""));
            test.send("t", 0, "before");
            test.store.append(prepared);
            test.store.append(committed);

            test.run();

            assertThat(prepared.queueOffsets[0]).isZero();
            assertThat(committed.queueOffsets[0]).isEqualTo(1);
            assertThat(test.bodies("t", 0)).containsExactly("before", "whole");
        }
    }

    @Test
    void marksTheFolderWhileOpen() {
        TestStore test = store();
        Path abort = FOLDER.resolve("abort");

        assertThat(disk.readText(abort))
                .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        test.close();

        assertThat(disk.exists(abort)).isFalse();
        ByteBuffer checkpoint = ByteBuffer.wrap(disk.bytes(FOLDER.resolve("checkpoint")));
        assertThat(checkpoint.capacity()).isEqualTo(4096);
        assertThat(checkpoint.getLong(64)).isEqualTo(0x4D494C4C52414345L);
    }

    private TestStore store() {
        return new TestStore(TestStore.config(FOLDER).withSegmentBytes(SEGMENT_BYTES), disk, TestStore.newClock());
    }

    /** Bit by bit, from the definition of CRC-32. */
    private static int crc(String text) {
        int crc = -1;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }
        return ~crc & 0x7FFFFFFF;
    }
}
