package dev.millrace.store.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.LocalDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumeQueueTest {
    private final Path folder;
    private final LazyFile.Usage usage = new LazyFile.Usage();

    ConsumeQueueTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void goesOnInTheNextFile() {
        ConsumeQueue queue = queue();
        long start = QueueEntry.PER_FILE - 2L;
        for (long offset = start; offset < start + 4; offset++) {
            assertThat(queue.put(offset, 100 * offset, 10, offset)).isTrue();
        }

        assertThat(queue.minOffset()).isEqualTo(start);
        assertThat(queue.maxOffset()).isEqualTo(start + 4);
        assertThat(folder.resolve("t/0/00000000000000000000")).hasSize(6_000_000);
        assertThat(folder.resolve("t/0/00000000000006000000")).hasSize(6_000_000);
        ConsumeQueue reopened = queue();
        assertThat(reopened.load(Long.MAX_VALUE, false)).isTrue();
        assertThat(reopened.maxOffset()).isEqualTo(start + 4);
        reopened.correctMinOffset(0);
        assertThat(reopened.minOffset()).isEqualTo(start);
    }

    @Test
    void fillsTheFirstFileUpToItsFirstEntry() {
        ConsumeQueue queue = queue();

        queue.put(3, 500, 10, 7);

        try (EntryCursor cursor = queue.cursor()) {
            assertThat(cursor.read(2)).isTrue();
            assertThat(cursor.isFiller()).isTrue();
            assertThat(cursor.position()).isZero();
            assertThat(cursor.read(3)).isTrue();
            assertThat(cursor.position()).isEqualTo(500);
            assertThat(cursor.size()).isEqualTo(10);
            assertThat(cursor.tagHash()).isEqualTo(7);
            assertThat(cursor.read(QueueEntry.PER_FILE)).isFalse();
        }
    }

    @Test
    void ignoresRepetitions() {
        ConsumeQueue queue = queue();
        queue.put(0, 0, 10, 1);
        queue.put(1, 10, 10, 2);

        assertThat(queue.put(1, 10, 10, 2)).isFalse();
        assertThat(queue.put(0, 0, 10, 1)).isFalse();
        assertThat(queue.maxOffset()).isEqualTo(2);
    }

    @Test
    void beginsAnewWithALaterFirstRecord() {
        ConsumeQueue queue = queue();
        queue.put(0, 0, 10, 1);
        queue.put(1, 10, 10, 2);

        assertThat(queue.put(0, 900, 10, 1)).isTrue();

        assertThat(queue.maxOffset()).isEqualTo(1);
    }

    @Test
    void dropsEntriesBehindTheTrustedEnd() {
        ConsumeQueue queue = queue();
        for (int i = 0; i < 10; i++) {
            queue.put(i, 100L * i, 100, 0);
        }
        queue.unmapIdle(0);

        ConsumeQueue reopened = queue();
        reopened.load(650, true);

        assertThat(reopened.maxOffset()).isEqualTo(7);
        reopened.unmapIdle(0);
        ConsumeQueue again = queue();
        again.load(Long.MAX_VALUE, false);
        assertThat(again.maxOffset()).isEqualTo(7);
    }

    @Test
    void movesItsMinimumWithTheLog() {
        ConsumeQueue queue = queue();
        for (int i = 0; i < 100; i++) {
            queue.put(i, 100L * i, 100, 0);
        }

        queue.correctMinOffset(4_250);

        assertThat(queue.minOffset()).isEqualTo(43);
        assertThat(queue.maxOffset()).isEqualTo(100);
    }

    @Test
    void givesIdleMappingsBack() {
        ConsumeQueue queue = queue();
        queue.put(0, 0, 10, 0);
        assertThat(usage.mappedCount()).isEqualTo(1);

        usage.advance();
        usage.advance();
        assertThat(queue.unmapIdle(2)).isEqualTo(1);

        assertThat(usage.mappedCount()).isZero();
        queue.put(1, 10, 10, 0);
        assertThat(queue.maxOffset()).isEqualTo(2);
    }

    private ConsumeQueue queue() {
        return new ConsumeQueue("t", 0, new ConsumeQueue.Shared(new LocalDisk(), folder, usage, position -> position));
    }
}
