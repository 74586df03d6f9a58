package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drives a store and a plain list side by side: appends in batches, reads with filters and limits, looks up by time. */
class ReadPropertyTest {
    private static final int QUEUES = 4;
    private static final String[] TAGS = {"", "a", "b", "ü€"};

    /** What the model remembers of a message. */
    private record Sent(String body, String tag, long timeMs) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAPlainList(long seed, @TempDir Path folder) {
        SplittableRandom random = new SplittableRandom(seed);
        ManualClock clock = TestStore.newClock();
        List<List<Sent>> model = new ArrayList<>();
        for (int i = 0; i < QUEUES; i++) {
            model.add(new ArrayList<>());
        }
        TestStore test = new TestStore(TestStore.config(folder), new LocalDisk(), clock);
        for (int step = 0; step < 60; step++) {
            append(random, test, model);
            test.run();
            clock.advance(Duration.ofMillis(random.nextInt(50)));
            int queue = random.nextInt(QUEUES);
            read(random, test, queue, model.get(queue), "seed " + seed + ", step " + step);
            byTime(random, test, queue, model.get(queue), "seed " + seed + ", step " + step);
            if (random.nextInt(15) == 0) {
                test.close();
                test = new TestStore(TestStore.config(folder), new LocalDisk(), clock);
            }
        }
        test.close();
    }

    private static void append(SplittableRandom random, TestStore test, List<List<Sent>> model) {
        int count = random.nextInt(1, 20);
        QueueLog[] queues = new QueueLog[count];
        ByteBuffer[] records = new ByteBuffer[count];
        long now = test.clock.millis();
        for (int i = 0; i < count; i++) {
            int queue = random.nextInt(QUEUES);
            Sent sent = new Sent(
                    "m" + model.get(queue).size() + "x".repeat(random.nextInt(200)),
                    TAGS[random.nextInt(TAGS.length)],
                    now);
            queues[i] = test.store.queue("topic", queue);
            records[i] =
                    TestRecords.record("topic", queue, sent.body, sent.tag.isEmpty() ? "" : "X=1;TAGS=" + sent.tag);
            model.get(queue).add(sent);
        }
        assertThat(test.store.append(TestAppend.of(queues, records))).isTrue();
    }

    private static void read(SplittableRandom random, TestStore test, int queue, List<Sent> model, String name) {
        long from = random.nextInt(model.size() + 3);
        ReadLimits limits =
                new ReadLimits(from, random.nextInt(1, 40), random.nextInt(1, 5000), random.nextInt(1, 100));
        String tag = TAGS[random.nextInt(TAGS.length)];
        boolean isFiltered = random.nextBoolean();
        EntryFilter filter = isFiltered ? hash -> hash == (tag.isEmpty() ? 0 : tag.hashCode()) : EntryFilter.ALL;

        try (ReadResult result = test.store.read(test.store.queue("topic", queue), limits, filter)) {
            List<String> found = new ArrayList<>();
            result.slices().forEach(slice -> found.addAll(TestStore.bodies(slice)));
            List<String> expected = new ArrayList<>();
            long next = expect(queue, model, limits, isFiltered ? tag : null, expected);
            assertThat(found).as(name).isEqualTo(expected);
            assertThat(result.count()).as(name).isEqualTo(expected.size());
            assertThat(result.status()).as(name).isEqualTo(status(from, model.size(), expected.size()));
            long wanted = from > model.size() ? model.size() : next;
            assertThat(result.nextOffset()).as(name).isEqualTo(model.isEmpty() ? 0 : wanted);
        }
    }

    /** What a read must find by the model; returns the offset behind the last entry that it looks at. */
    private static long expect(
            int queue, List<Sent> model, ReadLimits limits, @Nullable String tag, List<String> expected) {
        long next = limits.fromOffset();
        long end = Math.min(model.size(), next + limits.scanMax());
        int bytes = 0;
        while (next < end && expected.size() < limits.countMax()) {
            Sent sent = model.get((int) next);
            boolean isWanted = tag == null || sent.tag.equals(tag);
            if (isWanted && !expected.isEmpty() && bytes + size(queue, sent) > limits.bytesMax()) {
                break;
            }
            if (isWanted) {
                bytes += size(queue, sent);
                expected.add(sent.body);
            }
            next++;
        }
        return next;
    }

    private static ReadStatus status(long from, int size, int found) {
        if (size == 0) {
            return ReadStatus.EMPTY_QUEUE;
        }
        if (from >= size) {
            return from == size ? ReadStatus.NO_NEW : ReadStatus.TOO_HIGH;
        }
        return found > 0 ? ReadStatus.FOUND : ReadStatus.NO_MATCH;
    }

    private static int size(int queue, Sent sent) {
        return TestRecords.record("topic", queue, sent.body, sent.tag.isEmpty() ? "" : "X=1;TAGS=" + sent.tag)
                .remaining();
    }

    private static void byTime(SplittableRandom random, TestStore test, int queue, List<Sent> model, String name) {
        QueueLog log = test.store.queue("topic", queue);
        long time = test.clock.millis() - random.nextInt(3000);
        int lower = 0;
        while (lower < model.size() && model.get(lower).timeMs < time) {
            lower++;
        }
        int after = lower;
        while (after < model.size() && model.get(after).timeMs <= time) {
            after++;
        }
        assertThat(log.offsetByTime(time, Boundary.LOWER)).as(name).isEqualTo(lower);
        assertThat(log.offsetByTime(time, Boundary.UPPER)).as(name).isEqualTo(Math.max(0, after - 1));
        if (!model.isEmpty()) {
            int offset = random.nextInt(model.size());
            assertThat(log.storeTimeAt(offset)).as(name).isEqualTo(model.get(offset).timeMs);
        }
    }

    @Test
    void filtersByRecordAndTellsWatchers(@TempDir Path folder) {
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            List<String> heard = new ArrayList<>();
            test.store.queue("t", 0).addWatcher((queue, offset, tagHash) -> heard.add(offset + " " + tagHash));
            for (int i = 0; i < 10; i++) {
                test.send("t", 0, "m" + i, "TAGS=b");
            }
            test.run();
            EntryFilter odd = new EntryFilter() {
                @Override
                public boolean accepts(long tagHash) {
                    return true;
                }

                @Override
                public boolean acceptsRecord(ByteBuffer record) {
                    StoredMessage message = StoredMessage.decode(record, record.position());
                    return (new String(message.body(), StandardCharsets.UTF_8).charAt(1) - '0') % 2 == 1;
                }
            };

            try (ReadResult result =
                    test.store.read(test.store.queue("t", 0), new ReadLimits(0, 3, 1 << 20, 100), odd)) {
                List<String> found = new ArrayList<>();
                result.slices().forEach(slice -> found.addAll(TestStore.bodies(slice)));
                assertThat(found).containsExactly("m1", "m3", "m5");
                assertThat(result.nextOffset()).isEqualTo(6);
                assertThat(result.isCold()).isFalse();
            }
            assertThat(heard).hasSize(10).startsWith("0 98").endsWith("9 98");
            assertThat(test.store.recordAt(0)).hasValueSatisfying(slice -> {
                assertThat(TestStore.bodies(slice.bytes())).containsExactly("m0");
                slice.close();
            });
            assertThat(test.store.recordAt(5)).isEmpty();
            assertThat(test.store.recordAt(1L << 40)).isEmpty();
        }
    }
}
