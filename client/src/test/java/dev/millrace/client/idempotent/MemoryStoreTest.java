package dev.millrace.client.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration RETENTION = Duration.ofMinutes(1);
    private static final StoreKey KEY = StoreKey.of("g", "1");

    private final TestTime clock = new TestTime();
    private final MemoryStore store = new MemoryStore(3, clock.nanos());

    private Claim claim() {
        return ((ClaimOutcome.Claimed) store.claim(KEY, LEASE)).claim();
    }

    @Test
    void givesAKeyToOneClaimantUntilItsLeaseIsOver() {
        Claim first = claim();

        ClaimOutcome second = store.claim(KEY, LEASE);
        clock.advance(LEASE);
        Claim third = claim();

        assertThat(second).isEqualTo(new ClaimOutcome.Held(LEASE));
        assertThat(third.fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void refusesTheStaleTokenEverywhere() {
        Claim stale = claim();
        clock.advance(LEASE);
        Claim fresh = claim();

        store.release(stale);

        assertThat(store.renew(stale, LEASE)).isFalse();
        assertThat(store.complete(stale, RETENTION)).isFalse();
        assertThat(store.claim(KEY, LEASE)).isInstanceOf(ClaimOutcome.Held.class);
        assertThat(store.complete(fresh, RETENTION)).isTrue();
    }

    @Test
    void remembersWhatIsDoneForTheRetention() {
        Claim claim = claim();
        store.complete(claim, RETENTION);

        ClaimOutcome soon = store.claim(KEY, LEASE);
        clock.advance(RETENTION);
        ClaimOutcome later = store.claim(KEY, LEASE);

        assertThat(soon).isEqualTo(new ClaimOutcome.Done());
        assertThat(later).isInstanceOf(ClaimOutcome.Claimed.class);
    }

    @Test
    void renewalKeepsTheLease() {
        Claim claim = claim();
        clock.advance(LEASE.dividedBy(2));
        store.renew(claim, LEASE);
        clock.advance(LEASE.dividedBy(2));

        ClaimOutcome other = store.claim(KEY, LEASE);

        assertThat(other).isEqualTo(new ClaimOutcome.Held(LEASE.dividedBy(2)));
    }

    @Test
    void forgetsTheOldestDoneWhenFullAndRefusesWhenAllAreLeased() {
        store.complete(claim(), RETENTION);
        store.claim(StoreKey.of("g", "2"), LEASE);
        store.claim(StoreKey.of("g", "3"), LEASE);

        store.claim(StoreKey.of("g", "4"), LEASE);

        assertThat(store.size()).isEqualTo(3);
        assertThatThrownBy(() -> store.claim(KEY, LEASE)).hasMessageContaining("all 3 entries of the store are leased");
    }

    @Test
    void forgetsWhatIsOver() {
        store.complete(claim(), RETENTION);
        store.claim(StoreKey.of("g", "2"), LEASE);
        clock.advance(LEASE);

        int first = store.forgetExpired(10);
        clock.advance(RETENTION);
        int second = store.forgetExpired(10);

        assertThat(first).isEqualTo(1);
        assertThat(second).isEqualTo(1);
        assertThat(store.size()).isZero();
    }
}
