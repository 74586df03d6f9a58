package dev.millrace.broker.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseObserverTest {
    private final LeaseObserver observer = new LeaseObserver();
    private final Lease held = Lease.FREE.heldBy("a", 1_000);

    private boolean mayTake(Lease lease, long atMs) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(atMs);
        return observer.mayTake(lease, "b", nanos, nanos);
    }

    @Test
    void takesAFreeOneAtOnce() {
        assertThat(mayTake(Lease.FREE, 0)).isTrue();
        assertThat(mayTake(held.released(), 0)).isTrue();
    }

    @Test
    void takesAnotherOnesAfterItWasUnchangedForItsTerm() {
        assertThat(mayTake(held, 0)).isFalse();
        assertThat(mayTake(held, 999)).isFalse();
        assertThat(mayTake(held, 1_000)).isTrue();
    }

    @Test
    void beginsAgainWithEachRenewal() {
        assertThat(mayTake(held, 0)).isFalse();
        assertThat(mayTake(held.heldBy("a", 1_000), 900)).isFalse();
        assertThat(mayTake(held.heldBy("a", 1_000), 1_899)).isFalse();
        assertThat(mayTake(held.heldBy("a", 1_000), 1_900)).isTrue();
    }

    @Test
    void countsFromAfterTheFirstLookToBeforeTheLast() {
        observer.mayTake(held, "b", 0, TimeUnit.MILLISECONDS.toNanos(10));

        assertThat(observer.mayTake(
                        held, "b", TimeUnit.MILLISECONDS.toNanos(1_009), TimeUnit.MILLISECONDS.toNanos(2_000)))
                .isFalse();
    }

    @Test
    void measuresAcrossTheOverflowOfTheClock() {
        observer.mayTake(held, "b", Long.MAX_VALUE, Long.MAX_VALUE);

        long later = Long.MAX_VALUE + TimeUnit.MILLISECONDS.toNanos(1_000);
        assertThat(observer.mayTake(held, "b", later, later)).isTrue();
    }
}
