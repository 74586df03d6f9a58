package dev.millrace.e2e.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules see each way of losing order, and let pass what at-least-once delivery may do. */
final class OrderRulesTest {

    private final OrderRules rules = new OrderRules();

    /** A whole handling of a message whose offset is its number. */
    private void handle(String member, int number) {
        handleAt(member, number, number);
    }

    private void handleAt(String member, long offset, int number) {
        rules.accept(new OrderEvent.Begun(member, 0, offset, "k", number));
        rules.accept(new OrderEvent.Ended(member, 0, offset));
    }

    @Test
    void takesNumbersThatFollow() {
        List.of(0, 1, 2, 3).forEach(number -> handle("a", number));

        assertThat(rules.violations()).isEmpty();
        assertThat(rules.greatest()).containsEntry("k", 3);
    }

    @Test
    void takesRepetitionsByAnotherProcess() {
        List.of(0, 1, 2, 3).forEach(number -> handle("a", number));
        List.of(2, 3, 4).forEach(number -> handle("b", number));

        assertThat(rules.violations()).isEmpty();
        assertThat(rules).hasToString("0 violations, 5 messages, 2 repeated, 1 steps back, 0 overlaps");
    }

    @Test
    void takesRepetitionsAfterTheBrokerWasKilled() {
        List.of(0, 1, 2).forEach(number -> handle("a", number));
        rules.accept(new OrderEvent.BrokerKilled());
        List.of(0, 1, 2, 3).forEach(number -> handle("a", number));

        assertThat(rules.violations()).isEmpty();
    }

    /** A kill forgets locks: another process held the queue for a moment and stored the offset again that it had found. */
    @Test
    void takesOneStepBackOfAKeySomeTimeAfterTheBrokerWasKilled() {
        List.of(0, 1).forEach(number -> handle("a", number));
        rules.accept(new OrderEvent.BrokerKilled());
        List.of(2, 3, 1, 2, 3, 4).forEach(number -> handle("a", number));

        assertThat(rules.violations()).isEmpty();
    }

    @Test
    void seesASecondStepBackAfterTheBrokerWasKilled() {
        List.of(0, 1).forEach(number -> handle("a", number));
        rules.accept(new OrderEvent.BrokerKilled());
        List.of(2, 1, 2, 1).forEach(number -> handle("a", number));

        assertThat(rules.violations()).singleElement().asString().startsWith("out of order");
    }

    /** Its first handling had no effect: the queue was lost meanwhile, and came back. */
    @Test
    void takesTheLastMessageAgainWhenAProcessCameOrWent() {
        handle("a", 0);
        handle("a", 1);
        rules.accept(new OrderEvent.MemberLeaves("b"));
        handle("a", 1);

        assertThat(rules.violations()).isEmpty();
    }

    @Test
    void seesTheLastMessageAgainWhenNothingHappened() {
        rules.accept(new OrderEvent.MemberLeaves("b"));
        List.of(0, 1, 1).forEach(number -> handle("a", number));

        assertThat(rules.violations()).singleElement().asString().startsWith("out of order");
    }

    @Test
    void seesAnOlderMessageAlsoWhenAProcessCameOrWent() {
        List.of(0, 1).forEach(number -> handle("a", number));
        rules.accept(new OrderEvent.MemberLeaves("b"));
        handle("a", 0);

        assertThat(rules.violations()).singleElement().asString().startsWith("out of order");
    }

    @Test
    void takesWhatAProducerStoredTwice() {
        handleAt("a", 0, 0);
        handleAt("a", 1, 0);
        handleAt("a", 2, 1);

        assertThat(rules.violations()).isEmpty();
    }

    @Test
    void seesAnOlderMessageAfterANewerOne() {
        List.of(0, 1, 0).forEach(number -> handle("a", number));

        assertThat(rules.violations()).singleElement().asString().startsWith("out of order");
    }

    @Test
    void seesSwappedMessages() {
        handleAt("a", 0, 0);
        handleAt("a", 1, 2);
        handleAt("a", 2, 1);

        assertThat(rules.violations())
                .filteredOn(text -> text.startsWith("out of order"))
                .hasSize(2);
    }

    @Test
    void seesASkippedMessage() {
        List.of(0, 2).forEach(number -> handle("a", number));

        assertThat(rules.violations()).anyMatch(text -> text.startsWith("skipped"));
    }

    @Test
    void seesASkippedMessageOfAnotherProcess() {
        handle("a", 0);
        handle("b", 2);

        assertThat(rules.violations()).singleElement().asString().startsWith("skipped");
    }

    @Test
    void seesAStepBehindWhatWasAcknowledged() {
        List.of(0, 1, 2, 3).forEach(number -> handle("a", number));
        rules.accept(new OrderEvent.OffsetTold(0, 3));
        rules.accept(new OrderEvent.MemberStarted("b"));
        handle("b", 2);

        assertThat(rules.violations()).singleElement().asString().startsWith("too far back");
    }

    @Test
    void seesTwoProcessesAtOneQueue() {
        rules.accept(new OrderEvent.Begun("a", 0, 0, "k", 0));
        rules.accept(new OrderEvent.Begun("b", 0, 0, "k", 0));

        assertThat(rules.violations()).singleElement().asString().startsWith("two at once");
    }

    @Test
    void takesAQueueFromAProcessThatIsGone() {
        rules.accept(new OrderEvent.Begun("a", 0, 0, "k", 0));
        rules.accept(new OrderEvent.MemberGone("a"));
        handle("b", 0);

        assertThat(rules.violations()).isEmpty();
    }
}
