package dev.millrace.broker.pop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PopRecordsTest {
    static PopEvent randomEvent(SplittableRandom random) {
        QueueKey queue = new QueueKey("gruppe-ß" + random.nextInt(3), "t" + random.nextInt(3), random.nextInt(4));
        long start = random.nextLong(1000);
        long takenMs = random.nextLong(1L << 40);
        int mark = random.nextInt();
        return switch (random.nextInt(4)) {
            case 0 ->
                new PopEvent.Taken(
                        queue,
                        start,
                        takenMs,
                        mark,
                        start + 40,
                        random.nextLong(100_000),
                        random.ints(random.nextInt(33), 0, 40).toArray(),
                        random.nextBoolean() ? null : "attempt-" + random.nextInt());
            case 1 -> new PopEvent.Settled(queue, start, takenMs, mark, random.nextInt());
            case 2 ->
                new PopEvent.Renewed(
                        queue, start, takenMs, mark, random.nextInt(32), takenMs + 1, random.nextLong(100_000));
            default ->
                new PopEvent.Counted(
                        queue,
                        start,
                        takenMs,
                        mark,
                        random.ints(random.nextInt(33)).toArray());
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void carriesEveryEvent(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PopEvent> events = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            events.add(randomEvent(random));
        }

        List<PopEvent> read = PopRecords.decode(PopRecords.encode(events));

        assertThat(read).usingRecursiveFieldByFieldElementComparator().containsExactlyElementsOf(events);
    }

    @Test
    void refusesEveryTruncation() {
        byte[] body = PopRecords.encode(
                List.of(new PopEvent.Taken(new QueueKey("g", "t", 1), 5, 6, 7, 8, 9, new int[] {0, 2}, "attempt")));

        for (int length = 2; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> PopRecords.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> PopRecords.decode(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesOtherVersionsAndKinds() {
        byte[] body = PopRecords.encode(List.of(new PopEvent.Settled(new QueueKey("g", "t", 1), 5, 6, 7, 1)));
        byte[] version = body.clone();
        version[0] = 2;
        byte[] kind = body.clone();
        kind[1] = 9;

        assertThatThrownBy(() -> PopRecords.decode(version)).hasMessageContaining("version 2");
        assertThatThrownBy(() -> PopRecords.decode(kind)).hasMessageContaining("kind 9");
    }
}
