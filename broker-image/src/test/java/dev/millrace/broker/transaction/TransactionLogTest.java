package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of transactions, over ends and crashes. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder.
final class TransactionLogTest {
    private static final Map<String, String> SETTLED = Map.of(PropertyNames.TAGS, "d");

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

    private HandStore open(String... settings) {
        return new HandStore(folder, clock, settings);
    }

    private void removeFile() throws IOException {
        Files.deleteIfExists(folder.resolve("config").resolve(HalfFollower.FILE));
    }

    @Test
    void aHalfIsSeenWhenItIsCommittedAndOnlyThen() {
        try (HandStore test = open()) {
            long first = test.half("orders", "first");
            long second = test.half("orders", "second");
            assertThat(test.pending()).containsExactly(first, second);
            assertThat(test.bodies("orders")).isEmpty();

            test.settlements.commit(test.record(second));
            test.run();

            assertThat(test.bodies("orders")).containsExactly("second");
            assertThat(test.pending()).containsExactly(first);
            StoredMessage message = test.messages("orders").getFirst();
            assertThat(message.preparedPosition()).isEqualTo(second);
            assertThat(message.systemFlag() & SystemFlags.TRANSACTION_MASK).isEqualTo(SystemFlags.TRANSACTION_COMMIT);
            assertThat(message.properties())
                    .containsEntry("PGROUP", "producers")
                    .containsEntry("TRAN_MSG", "true")
                    .doesNotContainKeys("REAL_TOPIC", "REAL_QID");
            assertThat(test.messages(TopicNames.HALF_OP))
                    .singleElement()
                    .satisfies(op -> assertThat(op.properties()).containsEntry("TAGS", "d"));
            assertThat(test.bodies(TopicNames.HALF_OP)).containsExactly("1");
        }
    }

    @Test
    void aRolledBackHalfIsNeverSeen() {
        try (HandStore test = open()) {
            long position = test.half("orders", "no");

            test.settlements.rollBack(test.record(position));
            test.run();

            assertThat(test.pending()).isEmpty();
            assertThat(test.bodies("orders")).isEmpty();
            assertThat(test.follower.halves().claim(position)).isFalse();
        }
    }

    @Test
    void pendingHalvesSurviveAnEndWithAndWithoutTheFile() throws IOException {
        long kept;
        try (HandStore test = open()) {
            long committed = test.half("orders", "a");
            kept = test.half("orders", "b");
            test.settlements.commit(test.record(committed));
            test.pass(Duration.ofSeconds(1));
        }
        assertThat(folder.resolve("config").resolve(HalfFollower.FILE)).exists();
        long later;
        try (HandStore test = open()) {
            assertThat(test.pending()).containsExactly(kept);
            later = test.half("orders", "c");
        }
        try (HandStore test = open()) {
            assertThat(test.pending()).containsExactly(kept, later);
        }
        removeFile();
        try (HandStore test = open()) {
            assertThat(test.pending()).containsExactly(kept, later);
        }
    }

    @Test
    void aCommitWithoutItsMarkCounts() {
        long position;
        try (HandStore test = open()) {
            test.fillSegment();
            position = test.half("orders", "a");
            // What is left if the broker dies between the two records of a commit.
            test.append("orders", "a", test.record(position).properties(), SystemFlags.TRANSACTION_COMMIT, position);
        }
        try (HandStore test = open()) {
            assertThat(test.pending()).isEmpty();
            assertThat(test.follower.halves().claim(position)).isFalse();
            assertThat(test.bodies("orders")).containsExactly("a");
        }
    }

    @Test
    void understandsMarksOfOtherBrokers() {
        try (HandStore test = open()) {
            test.half("orders", "0");
            test.half("orders", "1");
            long second = test.half("orders", "2");
            test.half("orders", "3");

            test.append(TopicNames.HALF_OP, "0,1,", SETTLED, 0, 0);
            test.append(TopicNames.HALF_OP, "3", SETTLED, 0, 0);
            test.append(TopicNames.HALF_OP, "2", Map.of(PropertyNames.TAGS, "other"), 0, 0);
            test.append(TopicNames.HALF_OP, "no number,99", SETTLED, 0, 0);

            assertThat(test.pending()).containsExactly(second);
        }
    }

    @Test
    void halvesThatAnotherBrokerPassedByAreForgotten() throws IOException {
        long second;
        try (HandStore test = open()) {
            test.half("orders", "0");
            second = test.half("orders", "1");
            test.offsets.put(TopicNames.TRANSACTION_GROUP, TopicNames.HALF, 0, 1);
            test.offsets.save();
        }
        removeFile();
        try (HandStore test = open()) {
            assertThat(test.pending()).containsExactly(second);
        }
    }

    @Test
    void tellsOtherBrokersWhereToBegin() {
        try (HandStore test = open()) {
            long first = test.half("orders", "0");
            long second = test.half("orders", "1");
            test.settlements.rollBack(test.record(first));
            test.pass(Duration.ofSeconds(1));
            assertThat(test.offsets.find(TopicNames.TRANSACTION_GROUP, TopicNames.HALF, 0))
                    .hasValue(1);

            test.settlements.rollBack(test.record(second));
            test.pass(Duration.ofSeconds(1));
            assertThat(test.offsets.find(TopicNames.TRANSACTION_GROUP, TopicNames.HALF, 0))
                    .hasValue(2);
            assertThat(test.offsets.find(TopicNames.TRANSACTION_GROUP, TopicNames.HALF_OP, 0))
                    .hasValue(2);
        }
    }

    @Test
    void aHalfThatNobodyAnswersForIsGivenUpAtItsAge() {
        try (HandStore test = open("broker.transaction-age-max=1h")) {
            long position = test.half("orders", "forgotten");

            test.pass(Duration.ofMinutes(59));
            assertThat(test.pending()).containsExactly(position);

            test.pass(Duration.ofMinutes(2));
            assertThat(test.pending()).isEmpty();
            assertThat(test.bodies("orders")).isEmpty();
            assertThat(test.bodies(TopicNames.HALF_GIVEN_UP)).containsExactly("forgotten");
            assertThat(test.figure("transactionsGivenUp")).isEqualTo("1");
            assertThat(test.follower.halves().claim(position)).isFalse();
        }
    }

    @Test
    void aHalfIsStoredAgainBeforeItsSegmentIsRemoved() {
        String[] settings = {"store.retention=1h", "broker.transaction-age-max=100h"};
        try (HandStore test = open(settings)) {
            long position = test.half("orders", "old");
            test.fillSegment();
            test.pass(Duration.ofMinutes(50));
            test.fillSegment();

            test.pass(Duration.ofMinutes(70));

            assertThat(test.store.minPosition()).isGreaterThan(position);
            assertThat(test.figure("transactionsRenewed")).isEqualTo("1");
            assertThat(test.pending()).hasSize(1).doesNotContain(position);
        }
        try (HandStore test = open(settings)) {
            assertThat(test.pending()).hasSize(1);
            HalfRecord copy = test.record(test.pending().getFirst());
            assertThat(copy.property(PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET))
                    .isEqualTo("0");
            test.settlements.commit(copy);
            test.run();
            assertThat(test.bodies("orders")).containsExactly("old");
            assertThat(test.pending()).isEmpty();
        }
    }

    @Test
    void aCopyWithoutItsMarkTakesThePlaceOfItsOriginal() {
        try (HandStore test = open()) {
            test.fillSegment();
            long position = test.half("orders", "a");

            long copy = test.append(TopicNames.HALF, "a", test.record(position).properties(), 0, position);

            assertThat(test.pending()).containsExactly(copy);
        }
    }

    @Test
    void aFileThatIsAheadOfTheLogIsNotUsed() {
        long position;
        try (HandStore test = open()) {
            position = test.half("orders", "a");
        }
        new HalfSnapshot(new LocalDisk(), folder.resolve("config").resolve(HalfFollower.FILE))
                .write(new PendingHalves.Content(1L << 40, 5, 5, java.util.List.of()));
        try (HandStore test = open()) {
            assertThat(test.pending()).containsExactly(position);
        }
    }

    @Test
    void theAgeOfARenewedHalfBeginsWhenItWasFirstStored() {
        String[] settings = {"store.retention=1h", "broker.transaction-age-max=10h"};
        try (HandStore test = open(settings)) {
            // The producer's clock is years behind.
            long position = test.halfBornAt("orders", "old", 1);
            long storedMs = clock.millis();
            renew(test, position);

            assertThat(test.figure("transactionsRenewed")).isEqualTo("1");
            assertThat(test.figure("transactionsGivenUp")).isEqualTo("0");
            assertThat(test.follower.halves().content().halves())
                    .singleElement()
                    .satisfies(half -> assertThat(half.sinceMs()).isEqualTo(storedMs));
            test.pass(Duration.ofHours(9));
            assertThat(test.bodies(TopicNames.HALF_GIVEN_UP)).containsExactly("old");
        }
    }

    /** Lets retention want the place of a half. */
    private static void renew(HandStore test, long position) {
        test.fillSegment();
        test.pass(Duration.ofMinutes(50));
        test.fillSegment();
        test.pass(Duration.ofMinutes(70));
        assertThat(test.store.minPosition()).isGreaterThan(position);
    }

    @Test
    void aHalfWithoutRoomForMorePropertiesIsRenewedAndGivenUpAllTheSame() {
        String[] settings = {
            "store.retention=1h",
            "broker.transaction-age-max=10h",
            "store.record-size-max=40KiB",
            "store.segment-size=128KiB"
        };
        try (HandStore test = open(settings)) {
            Map<String, String> properties = new LinkedHashMap<>(HandStore.halfProperties("orders"));
            properties.put("P", "");
            int used = MessageProperties.encode(properties).length();
            properties.put("P", "x".repeat(StoredMessageLayout.PROPERTIES_LENGTH_MAX - used - 3));
            long position = test.append(TopicNames.HALF, "large", properties, 0, 0);
            test.fillSegment();
            renew(test, position);

            assertThat(test.pending()).hasSize(1).doesNotContain(position);
            test.pass(Duration.ofHours(11));
            assertThat(test.bodies(TopicNames.HALF_GIVEN_UP)).containsExactly("large");
        }
    }

    @Test
    void theTimeOfImmunityIsNoLongerThanAHalfMayWait() {
        try (HandStore test = open("broker.transaction-age-max=1h")) {
            Map<String, String> properties = new LinkedHashMap<>(HandStore.halfProperties("orders"));
            properties.put(PropertyNames.CHECK_IMMUNITY_SECONDS, "2147483647");
            test.append(TopicNames.HALF, "long", properties, 0, 0);
            properties.put(PropertyNames.CHECK_IMMUNITY_SECONDS, "9223372036854775807");
            test.append(TopicNames.HALF, "longer", properties, 0, 0);

            test.pass(Duration.ofMinutes(62));

            assertThat(test.bodies(TopicNames.HALF_GIVEN_UP)).containsExactly("long", "longer");
        }
    }

    @Test
    void keepsASegmentUntilWhatSettledItsHalvesIsDurable() {
        try (HandStore test = open("store.flush.interval=1h")) {
            long position = test.half("orders", "a");
            clock.advance(Duration.ofHours(2));
            test.run();
            assertThat(test.store.durablePosition()).isEqualTo(test.store.maxPosition());
            test.settlements.commit(test.record(position));
            test.run();
            assertThat(test.pending()).isEmpty();
            long behind = position + 1;

            assertThat(test.follower.mayRemoveBefore(behind)).isFalse();

            assertThat(test.follower.wantedPosition()).isZero();
            clock.advance(Duration.ofHours(2));
            test.run();
            assertThat(test.follower.mayRemoveBefore(behind)).isTrue();
        }
    }

    @Test
    void savesNothingThatADurableLogDoesNotHold() {
        try (HandStore test = open("store.flush.interval=1h")) {
            long position = test.half("orders", "a");
            clock.advance(Duration.ofHours(2));
            test.run();
            test.transactions.save();
            Path file = folder.resolve("config").resolve(HalfFollower.FILE);
            PendingHalves.Content before =
                    new HalfSnapshot(new LocalDisk(), file).read().orElseThrow();
            assertThat(before.halves()).extracting(Half::position).containsExactly(position);

            // Followed, but the turn is not over: the place that was reached is still the old one.
            long reached = before.reached();
            test.settlements.rollBack(test.record(position));
            test.run();
            test.follower.reached(reached);
            test.transactions.save();

            assertThat(new HalfSnapshot(new LocalDisk(), file).read()).contains(before);
            clock.advance(Duration.ofHours(2));
            test.run();
            test.transactions.save();
            assertThat(new HalfSnapshot(new LocalDisk(), file)
                            .read()
                            .orElseThrow()
                            .halves())
                    .isEmpty();
        }
    }

    @Test
    void aSettlementThatThrowsDoesNotKeepItsClaim() {
        try (HandStore test = open("broker.transaction-age-max=1h")) {
            long position = test.half("orders", "a");
            test.failAppends = true;
            assertThatThrownBy(() -> test.pass(Duration.ofHours(2))).isInstanceOf(StoreException.class);

            test.failAppends = false;
            assertThat(test.follower.halves().claim(position)).isTrue();
        }
    }
}
