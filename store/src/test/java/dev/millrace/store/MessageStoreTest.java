package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageStoreTest {
    private final Path folder;

    MessageStoreTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void readsWhatWasAppended() {
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            TestAppend request = test.send("orders", 3, "hello", "TAGS=a");

            test.run();

            assertThat(request.isAppended()).isTrue();
            assertThat(request.queueOffsets[0]).isZero();
            assertThat(request.positions[0]).isZero();
            assertThat(test.bodies("orders", 3)).containsExactly("hello");
        }
    }

    @Test
    void findsEverythingAfterACleanEnd() {
        List<String> sent = new ArrayList<>();
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            for (int i = 0; i < 500; i++) {
                test.send("t", i % 3, "body " + i);
                sent.add("body " + i);
            }
            test.run();
        }

        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            List<String> found = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                found.addAll(test.bodies("t", i));
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(sent);
            TestAppend next = test.send("t", 0, "next");
            test.run();
            assertThat(next.queueOffsets[0]).isEqualTo(167);
            assertThat(test.bodies("t", 0)).last().isEqualTo("next");
        }
    }

    @Test
    void appendsABatchForManyQueuesAsOneUnitOverASegmentEnd() {
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            test.send("t", 0, "x".repeat(TestStore.SEGMENT_BYTES - 500));
            QueueLog[] queues = new QueueLog[10];
            ByteBuffer[] records = new ByteBuffer[10];
            for (int i = 0; i < 10; i++) {
                queues[i] = test.store.queue("batch", i);
                records[i] = TestRecords.record("batch", i, "m" + i, "");
            }
            TestAppend batch = TestAppend.of(queues, records);

            test.store.append(batch);
            test.run();

            assertThat(batch.isAppended()).isTrue();
            for (int i = 0; i < 10; i++) {
                assertThat(test.bodies("batch", i)).containsExactly("m" + i);
            }
            assertThat(batch.positions[9]).isGreaterThanOrEqualTo(TestStore.SEGMENT_BYTES);
            assertThat(batch.positions[0]).isLessThan(TestStore.SEGMENT_BYTES);
        }
    }

    @Test
    void runsWithThreads() throws InterruptedException {
        TestConfig config = TestStore.config(folder).withFlush(FlushMode.SYNC, Duration.ofMillis(1));
        List<String> errors = new ArrayList<>();
        StoreDependencies deps = new StoreDependencies(
                new LocalDisk(),
                InstantSource.system(),
                System::nanoTime,
                new AgentThreads(0, (role, fault) -> errors.add(role + fault)),
                fault -> errors.add(fault.toString()),
                RecoveryListener.NONE);
        List<TestAppend> requests = new ArrayList<>();
        try (MessageStore store = StoreWiring.open(config.bind(), deps)) {
            for (int i = 0; i < 200; i++) {
                TestAppend request = TestAppend.of(store.queue("t", 0), TestRecords.record("t", 0, "body " + i, ""));
                assertThat(store.append(request)).isTrue();
                requests.add(request);
            }
            for (TestAppend request : requests) {
                assertThat(request.await().isAppended()).isTrue();
                assertThat(request.positions[0]).isLessThan(store.durablePosition());
            }
        }
        assertThat(errors).isEmpty();
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            assertThat(test.bodies("t", 0)).hasSize(200);
        }
    }

    @Test
    void refusesASecondStoreOnTheFolder() {
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            assertThat(test.store.writeState()).isEqualTo(WriteState.WRITABLE);
            assertThatThrownBy(() -> TestStore.open(TestStore.config(folder)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use by another process")
                    .hasMessageContaining("pid " + ProcessHandle.current().pid());
        }
    }

    @Test
    void refusesAppendsAfterTheEnd() {
        TestStore test = TestStore.open(TestStore.config(folder));
        QueueLog queue = test.store.queue("t", 0);
        test.close();
        TestAppend late = TestAppend.of(queue, TestRecords.record("t", 0, "late", ""));

        assertThat(test.store.append(late)).isTrue();

        assertThat(late.outcome()).isInstanceOf(AppendOutcome.NotWritable.class);
    }

    @Test
    void answersEverybodyAfterACallbackThrew() throws InterruptedException {
        List<StoreException> faults = new java.util.concurrent.CopyOnWriteArrayList<>();
        StoreDependencies deps = new StoreDependencies(
                new LocalDisk(),
                InstantSource.system(),
                System::nanoTime,
                new AgentThreads(0, (role, fault) -> {}),
                faults::add,
                RecoveryListener.NONE);
        try (MessageStore store = StoreWiring.open(TestStore.config(folder).bind(), deps)) {
            AppendRequest broken = new AppendRequest(1) {
                @Override
                protected void completed(AppendOutcome outcome) {
                    throw new IllegalStateException("a defect of the caller");
                }
            };
            broken.records = TestRecords.record("t", 0, "x", "");
            broken.queues[0] = store.queue("t", 0);
            broken.count = 1;
            store.append(broken);
            TestAppend next = TestAppend.of(store.queue("t", 0), TestRecords.record("t", 0, "y", ""));
            store.append(next);

            assertThat(next.await().outcome()).isNotNull();

            assertThat(faults).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(faults).hasSize(1);
    }

    @Test
    void refusesRequestsThatHoldNoWholeRecords() {
        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            ByteBuffer cut = TestRecords.record("t", 0, "body", "");
            cut.limit(cut.limit() - 1);
            ByteBuffer zero = TestRecords.record("t", 0, "body", "A=\0");
            QueueLog queue = test.store.queue("t", 0);

            assertThatThrownBy(() -> test.store.append(TestAppend.of(queue, cut)))
                    .hasMessageContaining("record 0 of 1 at byte 0 is no whole record");
            assertThatThrownBy(() -> test.store.append(TestAppend.of(queue, zero)))
                    .hasMessageContaining("zero byte in topic or properties");
            assertThatThrownBy(() -> test.store.queue("a/b", 0)).hasMessageContaining("cannot be the name of a folder");
            assertThatThrownBy(() -> test.store.queue("t", -1)).hasMessageContaining("queue id -1");
        }
    }

    @Test
    void refusesRecordsThatAreTooLarge() {
        TestConfig config = TestStore.config(folder).withRecordBytesMax(1000);
        try (TestStore test = TestStore.open(config)) {
            TestAppend large = test.send("t", 0, "x".repeat(2000));
            TestAppend small = test.send("t", 0, "x");

            test.run();

            assertThat(large.outcome()).isEqualTo(new AppendOutcome.TooLarge(2092, 1000));
            assertThat(small.isAppended()).isTrue();
            assertThat(small.queueOffsets[0]).isZero();
        }
    }
}
