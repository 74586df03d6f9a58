package dev.millrace.broker.pop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.file.LocalDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InFlightTest {
    private static final QueueKey QUEUE = new QueueKey("g", "t", 0);
    private static final int MARK = 5000;

    private final InFlight table = new InFlight();

    private static PopEvent.Taken taken(long start, long takenMs, int mark, long invisibleMs, int count) {
        int[] distances = new int[count];
        for (int i = 0; i < count; i++) {
            distances[i] = i;
        }
        return new PopEvent.Taken(QUEUE, start, takenMs, mark, start + count, invisibleMs, distances, null);
    }

    private static Receipt receipt(PopEvent.Taken taken) {
        return new Receipt(taken.start(), taken.takenMs(), taken.invisibleMs(), taken.mark(), "b");
    }

    @Test
    void aMessageIsClaimedOnce() {
        PopEvent.Taken take = taken(10, 100, MARK, 50, 3);
        table.apply(take);

        Optional<PopEvent.Settled> first = table.claim(QUEUE, receipt(take), 11);
        Optional<PopEvent.Settled> second = table.claim(QUEUE, receipt(take), 11);

        assertThat(first).get().extracting(PopEvent.Settled::bits).isEqualTo(2);
        assertThat(second).isEmpty();
        assertThat(table.takeOver(150, 10).messages())
                .extracting(InFlight.Due::offset)
                .containsExactly(10L, 12L);
        assertThat(table.claim(QUEUE, receipt(take), 10)).isEmpty();
    }

    @Test
    void aReleasedMessageIsDueAgain() {
        PopEvent.Taken take = taken(10, 100, MARK, 50, 1);
        table.apply(take);
        InFlight.Due due = table.takeOver(150, 10).messages().getFirst();

        assertThat(table.takeOver(150, 10).messages()).isEmpty();
        table.release(due.settled(), 1_150);

        assertThat(table.takeOver(1_149, 10).messages()).isEmpty();
        assertThat(table.takeOver(1_150, 10).messages()).hasSize(1);
    }

    @Test
    void takesOfThirtyTwoMessagesUseEveryBit() {
        PopEvent.Taken take = taken(0, 100, MARK, 50, 32);
        table.apply(take);

        assertThat(table.count()).isEqualTo(32);
        assertThat(table.claim(QUEUE, receipt(take), 31))
                .get()
                .extracting(PopEvent.Settled::bits)
                .isEqualTo(1 << 31);
        assertThat(table.takeOver(150, 1_000).messages()).hasSize(31);
        table.apply(new PopEvent.Settled(QUEUE, 0, 100, MARK, -1));
        assertThat(table.count()).isZero();
    }

    @Test
    void aRenewedMessageIsATakeOfItsOwn() {
        PopEvent.Taken take = taken(10, 100, MARK, 50, 2);
        table.apply(take);

        table.apply(new PopEvent.Renewed(QUEUE, 10, 100, MARK, 1, 120, 500));

        assertThat(table.count()).isEqualTo(2);
        assertThat(table.claim(QUEUE, receipt(take), 11)).isEmpty();
        assertThat(table.takeOver(150, 10).messages())
                .extracting(InFlight.Due::offset)
                .containsExactly(10L);
        assertThat(table.claim(QUEUE, new Receipt(11, 120, 500, MARK, "b"), 11)).isPresent();
    }

    @Test
    void aQueueInOrderIsBlockedUntilItsLastMessageIsSettledOrVisible() {
        PopEvent.Taken take = taken(10, 100, Receipt.ORDERED, 50, 2);
        table.apply(take);
        assertThat(table.isBlocked(QUEUE, null, 149)).isTrue();
        assertThat(table.isBlocked(QUEUE, null, 150)).isFalse();

        table.apply(new PopEvent.Renewed(QUEUE, 10, 100, Receipt.ORDERED, 1, 120, 500));
        assertThat(table.isBlocked(QUEUE, null, 619)).isTrue();
        InFlight.Move move = table.apply(new PopEvent.Settled(QUEUE, 10, 100, Receipt.ORDERED, 2));

        assertThat(move).isEqualTo(new InFlight.Move(QUEUE, 10, 10));
        assertThat(table.isBlocked(QUEUE, null, 149)).isTrue();
        assertThat(table.isBlocked(QUEUE, null, 150)).isFalse();
        assertThat(table.takeOver(150, 10).freeQueues()).containsExactly(QUEUE);
        assertThat(table.apply(new PopEvent.Settled(QUEUE, 10, 100, Receipt.ORDERED, 1)))
                .isEqualTo(new InFlight.Move(QUEUE, 10, 12));
        assertThat(table.count()).isZero();
    }

    @Test
    void forgetsQueuesThatAreGone() {
        table.apply(taken(10, 100, MARK, 50, 2));
        table.apply(taken(10, 100, Receipt.ORDERED, 50, 2));

        table.forget(key -> key.topic().equals("t"));

        assertThat(table.count()).isZero();
        assertThat(table.takeOver(Long.MAX_VALUE, 10).messages()).isEmpty();
    }

    /** Whatever happened, and wherever the file was written: reading on from there gives the same table. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSavedTableAndTheRestOfTheLogGiveTheSame(long seed, @TempDir Path folder) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PopEvent> log = new ArrayList<>();
        PopSnapshot file = new PopSnapshot(new LocalDisk(), folder.resolve("inFlight"));
        int savedAt = 0;
        for (int i = 0; i < 400; i++) {
            PopEvent event = next(random, log);
            log.add(event);
            table.apply(event);
            if (random.nextInt(50) == 0) {
                table.reached(i);
                file.write(table.content());
                // A record may be in the table before the position says so.
                savedAt = Math.max(0, i - random.nextInt(5));
            }
        }

        InFlight restored = new InFlight();
        file.read().ifPresent(content -> content.events().forEach(restored::apply));
        log.subList(savedAt, log.size()).forEach(restored::apply);

        assertThat(restored.count()).isEqualTo(table.count());
        assertThat(shown(restored)).isEqualTo(shown(table));
    }

    private static PopEvent next(SplittableRandom random, List<PopEvent> log) {
        PopEvent.@Nullable Taken some = null;
        for (int i = log.size() - 1; i >= 0 && some == null; i--) {
            if (random.nextInt(4) == 0 && log.get(i) instanceof PopEvent.Taken taken) {
                some = taken;
            }
        }
        int time = log.size() + 1;
        if (some == null || random.nextInt(3) == 0) {
            return taken(time * 10L, time, MARK + time, random.nextInt(100), 1 + random.nextInt(6));
        }
        int index = random.nextInt(some.distances().length);
        return random.nextBoolean()
                ? new PopEvent.Settled(some.queue(), some.start(), some.takenMs(), some.mark(), 1 << index)
                : new PopEvent.Renewed(
                        some.queue(), some.start(), some.takenMs(), some.mark(), index, time, random.nextInt(100));
    }

    /** Messages with the time they are due at. */
    private static Map<String, String> shown(InFlight table) {
        TreeMap<String, String> shown = new TreeMap<>();
        for (PopEvent event : table.content().events()) {
            String id = event.queue() + " " + event.start() + " " + event.takenMs() + " " + event.mark();
            if (event instanceof PopEvent.Taken taken) {
                shown.put(id, taken.invisibleMs() + " " + List.of(taken.distances().length));
            } else if (event instanceof PopEvent.Settled settled) {
                shown.merge(id, " settled " + settled.bits(), String::concat);
            }
        }
        return shown;
    }

    @Test
    void aDamagedFileCountsAsMissing(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("inFlight");
        PopSnapshot file = new PopSnapshot(new LocalDisk(), path);
        table.apply(taken(10, 100, MARK, 50, 2));
        table.reached(77);
        file.write(table.content());
        assertThat(file.read()).get().extracting(InFlight.Content::reached).isEqualTo(77L);

        byte[] bytes = Files.readAllBytes(path);
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= 1;
            Files.write(path, flipped);
            assertThat(file.read()).isEmpty();
        }
    }
}
