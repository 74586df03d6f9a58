package dev.millrace.store.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.store.file.LocalDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of the log reach those who follow it, over ends and crashes of the store. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder.
final class FollowersTest {
    private static final byte[] WANTED = "wanted".getBytes(UTF_8);
    private static final byte[] COLOUR = "COLOUR".getBytes(UTF_8);

    @TempDir
    Path folder;

    /** Remembers what it saw, and resumes where it is told to. */
    private static class Colours implements LogFollower {
        private final long resume;
        private final List<String> seen = new ArrayList<>();
        private final List<String> bodies = new ArrayList<>();
        private final List<Long> positions = new ArrayList<>();
        private long reached = -1;

        Colours(long resume) {
            this.resume = resume;
        }

        @Override
        public long resumePosition(long endPosition) {
            return resume;
        }

        @Override
        public boolean wants(LogRecord record) {
            return record.isTopic(WANTED);
        }

        @Override
        public void follow(LogRecord record) {
            seen.add(record.topic() + record.queueId() + "@" + record.queueOffset() + record.property(COLOUR));
            bodies.add(new String(record.body(), UTF_8));
            positions.add(record.position());
        }

        @Override
        public void reached(long position) {
            reached = position;
        }
    }

    private TestStore open(LogFollower follower) {
        return new TestStore(TestStore.config(folder), new LocalDisk(), TestStore.newClock(), List.of(follower));
    }

    @Test
    void tellsNewRecordsInTheOrderOfTheLog() {
        Colours colours = new Colours(0);
        try (TestStore store = open(colours)) {
            store.send("wanted", 1, "a", "COLOUR=red");
            store.send("other", 0, "b", "COLOUR=grey");
            store.send("wanted", 0, "c", "KEYS=k;COLOUR=blue");
            store.send("wanted", 1, "d");
            store.run();

            assertThat(colours.seen).containsExactly("wanted1@0red", "wanted0@0blue", "wanted1@1null");
            assertThat(colours.bodies).containsExactly("a", "c", "d");
            assertThat(colours.reached).isEqualTo(store.store.maxPosition());
        }
    }

    @Test
    void tellsAgainWhatLiesBehindTheSavedPosition() {
        Colours first = new Colours(0);
        try (TestStore store = open(first)) {
            for (int i = 0; i < 200; i++) {
                store.send("wanted", 0, "x".repeat(300), "COLOUR=" + i);
            }
            store.run();
            assertThat(store.store.maxPosition()).isGreaterThan(2 * TestStore.SEGMENT_BYTES);
        }
        Colours all = new Colours(0);
        open(all).close();
        assertThat(all.seen).isEqualTo(first.seen);

        Colours half = new Colours(first.positions.get(100));
        try (TestStore store = open(half)) {
            assertThat(half.seen).isEqualTo(first.seen.subList(100, 200));
            assertThat(half.reached).isEqualTo(store.store.maxPosition());
        }
    }

    @Test
    void tellsWhatACrashedStoreHeld() {
        Colours first = new Colours(0);
        TestStore store = open(first);
        for (int i = 0; i < 20; i++) {
            store.send("wanted", 0, "x", "COLOUR=" + i);
        }
        store.turn("commit-log");
        assertThat(first.seen).isEmpty();
        store.crashWithoutClosing();
        store.close();

        Colours next = new Colours(0);
        try (TestStore reopened = open(next)) {
            assertThat(next.seen).hasSize(20);
            reopened.send("wanted", 0, "y", "COLOUR=new");
            reopened.run();
            assertThat(next.seen).last().isEqualTo("wanted0@20new");
        }
    }

    @Test
    void keepsSegmentsThatAFollowerNeeds() {
        boolean[] mayGo = {false};
        List<Long> asked = new ArrayList<>();
        Colours needy = new Colours(0) {
            @Override
            public boolean mayRemoveBefore(long position) {
                asked.add(position);
                return mayGo[0];
            }
        };
        TestConfig config = TestStore.config(folder).withRetention(Duration.ofHours(1));
        try (TestStore store = new TestStore(config, new LocalDisk(), TestStore.newClock(), List.of(needy))) {
            for (int i = 0; i < 100; i++) {
                store.send("other", 0, "x".repeat(300));
            }
            store.run();
            store.advance(Duration.ofHours(2));
            store.run();

            assertThat(asked).containsOnly((long) TestStore.SEGMENT_BYTES);
            assertThat(store.store.minPosition()).isZero();

            mayGo[0] = true;
            store.advance(Duration.ofHours(1));
            store.run();
            assertThat(store.store.minPosition()).isPositive();
        }
    }

    @Test
    void aPositionBehindTheLogMeansItsEnd() {
        Colours far = new Colours(Long.MAX_VALUE);
        try (TestStore store = open(far)) {
            store.send("wanted", 0, "a");
            store.run();
            assertThat(far.seen).containsExactly("wanted0@0null");
        }
    }
}
