package dev.millrace.client.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdempotentListenerTest {
    private static final IdempotenceSettings SETTINGS =
            IdempotenceSettings.of("g").withLease(Duration.ofSeconds(30)).withWaitMax(Duration.ZERO);
    private static final SampleMessage MESSAGE = SampleMessage.withId("AC01");

    private final TestTime clock = new TestTime();
    private final MemoryStore memory = new MemoryStore(1000, clock.nanos());
    private final BreakableStore store = new BreakableStore(memory);
    private final List<String> effects = new ArrayList<>();

    /** One consumer: what a listener has, with renewals by hand. */
    private final class Member {
        private final Counters counters = new Counters();
        private final LeaseKeeper keeper;
        private final Guard guard;

        Member(IdempotenceSettings settings) {
            keeper = new LeaseKeeper(store, settings.lease(), clock.nanos(), counters);
            guard = new Guard(store, settings, clock.nanos(), keeper, counters, () -> {});
        }

        ConsumeResult consume(Guard.Work work) throws Exception {
            return guard.consume(List.of(MESSAGE), work);
        }

        IdempotenceCounts counts() {
            return guard.counts();
        }
    }

    private ConsumeResult effect(List<ReceivedMessage> messages) {
        messages.forEach(message -> effects.add(message.messageId()));
        return ConsumeResult.SUCCESS;
    }

    @Test
    void handlesAMessageOnceHoweverOftenItComes() throws Exception {
        Member member = new Member(SETTINGS);

        ConsumeResult first = member.consume((messages, leases) -> effect(messages));
        ConsumeResult again = member.consume((messages, leases) -> effect(messages));

        assertThat(List.of(first, again)).containsOnly(ConsumeResult.SUCCESS);
        assertThat(effects).containsExactly("AC01");
        assertThat(member.counts().duplicates()).isEqualTo(1);
    }

    @Test
    void handlesItAgainAfterRetryAndAfterAnException() throws Exception {
        Member member = new Member(SETTINGS);

        ConsumeResult refused = member.consume((messages, leases) -> ConsumeResult.RETRY);
        assertThatThrownBy(() -> member.consume((messages, leases) -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        ConsumeResult done = member.consume((messages, leases) -> effect(messages));

        assertThat(refused).isEqualTo(ConsumeResult.RETRY);
        assertThat(done).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(effects).hasSize(1);
        assertThat(member.counts().failed()).isEqualTo(2);
    }

    @Test
    @SuppressWarnings("NullAway") // What a listener must not do.
    void handlesItAgainAfterNull() throws Exception {
        Member member = new Member(SETTINGS);

        assertThatThrownBy(() -> member.consume((messages, leases) -> null))
                .isInstanceOf(IdempotenceException.class)
                .hasMessageContaining("gave null for 1 messages; give a result");
        ConsumeResult done = member.consume((messages, leases) -> effect(messages));

        assertThat(done).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(member.counts().failed()).isEqualTo(1);
    }

    @Test
    void givesBackWhatAnotherWorksOn() throws Exception {
        Member one = new Member(SETTINGS);
        Member other = new Member(SETTINGS);
        List<ConsumeResult> others = new ArrayList<>();

        one.consume((messages, leases) -> {
            others.add(other.consume((theirs, theirLeases) -> effect(theirs)));
            return effect(messages);
        });

        assertThat(others)
                .singleElement()
                .satisfies(result -> assertThat(result.delay()).hasValue(Duration.ofSeconds(1)));
        assertThat(effects).hasSize(1);
        assertThat(other.counts().held()).isEqualTo(1);
    }

    @Test
    void takesOverWhenTheLeaseIsOverAndTheLateOneCannotMark() throws Exception {
        Member stalled = new Member(SETTINGS);
        Member other = new Member(SETTINGS);
        List<Boolean> held = new ArrayList<>();

        ConsumeResult late = stalled.consume((messages, leases) -> {
            held.add(leases.get(0).isHeld());
            clock.advance(SETTINGS.lease());
            other.consume((theirs, theirLeases) -> effect(theirs));
            held.add(leases.get(0).isHeld());
            return ConsumeResult.SUCCESS;
        });

        assertThat(late).isEqualTo(ConsumeResult.RETRY);
        assertThat(held).containsExactly(true, false);
        assertThat(stalled.counts().lost()).isEqualTo(1);
        assertThat(other.counts().completed()).isEqualTo(1);
    }

    @Test
    void renewsWhileTheListenerWorks() throws Exception {
        Member one = new Member(SETTINGS);
        Member other = new Member(SETTINGS);

        ConsumeResult result = one.consume((messages, leases) -> {
            for (int i = 0; i < 10; i++) {
                clock.advance(SETTINGS.lease().dividedBy(3));
                assertThat(one.keeper.doWork()).isEqualTo(1);
                assertThat(one.keeper.doWork()).isZero();
            }
            assertThat(other.consume((theirs, theirLeases) -> effect(theirs)).delay())
                    .isPresent();
            return effect(messages);
        });

        assertThat(result).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(effects).hasSize(1);
        assertThat(one.keeper.doWork()).isZero();
    }

    @Test
    void aRenewalAfterTheReleaseDoesNotTakeTheClaimBack() throws Exception {
        Member one = new Member(SETTINGS);
        Member other = new Member(SETTINGS);
        List<Lease> held = new ArrayList<>();

        one.consume((messages, leases) -> {
            held.addAll(leases);
            return ConsumeResult.RETRY;
        });
        boolean isRenewed = memory.renew(held.get(0).claim(), SETTINGS.lease());
        ConsumeResult others = other.consume((messages, leases) -> effect(messages));

        assertThat(isRenewed).isFalse();
        assertThat(others).isEqualTo(ConsumeResult.SUCCESS);
    }

    @Test
    void forgettingIsNoPartOfTheRenewal() throws Exception {
        Member one = new Member(SETTINGS);
        memory.claim(StoreKey.of("g", "old"), SETTINGS.lease());

        one.consume((messages, leases) -> {
            clock.advance(SETTINGS.lease().minusMillis(1));
            one.keeper.doWork();
            clock.advance(SETTINGS.lease().minusMillis(1));
            one.keeper.doWork();
            return effect(messages);
        });

        assertThat(memory.size()).isEqualTo(2);
        assertThat(new Forgetting(memory, one.counters).doWork()).isEqualTo(1);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void theRenewalSeesThatAnotherTookOver() throws Exception {
        Member one = new Member(SETTINGS);

        one.consume((messages, leases) -> {
            clock.advance(SETTINGS.lease());
            memory.claim(StoreKey.of("g", "AC01"), SETTINGS.lease());
            one.keeper.doWork();
            assertThat(leases.get(0).isHeld()).isFalse();
            assertThat(leases.get(0).isLost()).isTrue();
            return ConsumeResult.SUCCESS;
        });

        assertThat(one.counts().lost()).isEqualTo(1);
    }

    @Test
    void doesNothingWithoutItsStoreUnlessToldTo() throws Exception {
        store.setBroken(true);
        Member careful = new Member(SETTINGS);
        Member bold = new Member(SETTINGS.whenStoreFails(WhenStoreFails.GO_ON));

        ConsumeResult refused = careful.consume((messages, leases) -> effect(messages));
        ConsumeResult handled = bold.consume((messages, leases) -> effect(messages));

        assertThat(refused).isEqualTo(ConsumeResult.RETRY);
        assertThat(handled).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(effects).hasSize(1);
        assertThat(careful.counts().refused()).isEqualTo(1);
        assertThat(bold.counts().unprotected()).isEqualTo(1);
    }

    @Test
    void countsWhatItCouldNotMarkAndDoesNotAskForItAgain() throws Exception {
        Member member = new Member(SETTINGS);

        ConsumeResult result = member.consume((messages, leases) -> {
            store.setBroken(true);
            member.guard.close();
            return effect(messages);
        });

        assertThat(result).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(member.counts().unmarked()).isEqualTo(1);
    }

    @Test
    void aStoreThatForgotGetsTheMarkAllTheSame() throws Exception {
        Member member = new Member(SETTINGS);

        member.consume((messages, leases) -> {
            clock.advance(SETTINGS.lease());
            memory.forgetExpired(1); // it is gone now, as after a restart without a disk
            return effect(messages);
        });
        ConsumeResult again = member.consume((messages, leases) -> effect(messages));

        assertThat(again).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(effects).hasSize(1);
    }

    @Test
    void aBatchHandlesOnlyWhatIsOpen() throws Exception {
        SampleMessage done = SampleMessage.withId("done");
        SampleMessage fresh = SampleMessage.withId("fresh");
        SampleMessage held = SampleMessage.withId("held");
        Member member = new Member(SETTINGS);
        member.guard.consume(List.of(done), (messages, leases) -> effect(messages));
        Claim others = ((ClaimOutcome.Claimed) memory.claim(StoreKey.of("g", "held"), SETTINGS.lease())).claim();

        ConsumeResult first =
                member.guard.consume(List.of(done, fresh, fresh, held), (messages, leases) -> effect(messages));
        memory.release(others);
        ConsumeResult second =
                member.guard.consume(List.of(done, fresh, fresh, held), (messages, leases) -> effect(messages));

        assertThat(first.forMessages(4))
                .startsWith(ConsumeResult.SUCCESS, ConsumeResult.SUCCESS, ConsumeResult.SUCCESS);
        assertThat(first.forMessages(4).get(3).delay()).isPresent();
        assertThat(second).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(effects).containsExactly("done", "fresh", "held");
    }

    @Test
    void scopesDoNotShareMarks() throws Exception {
        Member billing = new Member(SETTINGS);
        Member audit = new Member(new IdempotenceSettings(
                "audit",
                SETTINGS.identity(),
                SETTINGS.lease(),
                SETTINGS.retention(),
                SETTINGS.waitMax(),
                SETTINGS.whenStoreFails()));

        billing.consume((messages, leases) -> effect(messages));
        audit.consume((messages, leases) -> effect(messages));

        assertThat(effects).hasSize(2);
    }

    @Test
    void thePublicListenersHaveARenewalThatEndsWithThem() throws Exception {
        IdempotenceStore real = MemoryStore.ofSize(100);

        try (IdempotentListener single = IdempotentListener.of(real, SETTINGS, message -> effect(List.of(message)));
                IdempotentListener leased = IdempotentListener.leased(
                        real, SETTINGS, (message, lease) -> lease.isHeld() ? ConsumeResult.RETRY : effect(List.of()));
                IdempotentBatchListener batch = IdempotentBatchListener.of(real, SETTINGS, this::effect)) {
            assertThat(single.consume(MESSAGE)).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(batch.consume(List.of(MESSAGE))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(leased.consume(SampleMessage.withId("AC02"))).isEqualTo(ConsumeResult.RETRY);
            assertThat(batch.counts().duplicates()).isEqualTo(1);
        }

        assertThat(effects).containsExactly("AC01");
        assertThatThrownBy(() -> IdempotentListener.leased(
                        real, SETTINGS.whenStoreFails(WhenStoreFails.GO_ON), (message, lease) -> ConsumeResult.SUCCESS))
                .hasMessageContaining("use whenStoreFails(FAIL)");
    }
}
