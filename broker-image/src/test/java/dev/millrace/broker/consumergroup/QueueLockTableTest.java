package dev.millrace.broker.consumergroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class QueueLockTableTest {
    private static final Duration LEASE = Duration.ofSeconds(45);
    private static final Set<MessageQueue> QUEUE = Set.of(new MessageQueue("b", 0, "t"));

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final QueueLockTable locks = new QueueLockTable(clock.nanos(), LEASE);

    @Test
    void aLockIsFreeWhenItsLeaseIsOverAndNotBefore() {
        assertThat(locks.lock("g", "dead", QUEUE)).isEqualTo(QUEUE);
        clock.advance(LEASE);

        assertThat(locks.lock("g", "next", QUEUE)).isEmpty();
        assertThat(locks.isAnyHeld("g")).isTrue();
        clock.advance(Duration.ofNanos(1));
        assertThat(locks.isAnyHeld("g")).isFalse();
        assertThat(locks.lock("g", "next", QUEUE)).isEqualTo(QUEUE);
        assertThat(locks.lock("g", "dead", QUEUE)).isEmpty();
    }

    @Test
    void aRenewalBeginsTheLeaseAnew() {
        assertThat(locks.lock("g", "c", QUEUE)).isEqualTo(QUEUE);
        clock.advance(Duration.ofSeconds(40));
        assertThat(locks.lock("g", "c", QUEUE)).isEqualTo(QUEUE);
        clock.advance(Duration.ofSeconds(40));

        assertThat(locks.lock("g", "other", QUEUE)).isEmpty();
        assertThat(locks.lock("another group", "other", QUEUE)).isEqualTo(QUEUE);
    }

    @Test
    void onlyItsHolderGivesALockBack() {
        assertThat(locks.lock("g", "c", QUEUE)).isEqualTo(QUEUE);

        locks.unlock("g", "other", QUEUE);
        assertThat(locks.lock("g", "other", QUEUE)).isEmpty();
        locks.unlock("g", "c", QUEUE);
        assertThat(locks.lock("g", "other", QUEUE)).isEqualTo(QUEUE);
    }
}
