package dev.millrace.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PendingRequestsTest {
    private static final ReplyReader<Integer> OPAQUE = (fields, body) -> fields.opaque();

    private long nowNanos;

    @ParameterizedTest
    @ValueSource(ints = {0, -3, Integer.MAX_VALUE - 3, Integer.MIN_VALUE})
    void goesRoundWithItsNumbers(int last) {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer", last);
        for (int i = 0; i < 40; i++) {
            CompletableFuture<Integer> future = new CompletableFuture<>();
            int opaque = pending.add(1, OPAQUE, future);
            assertThat(opaque).isNotZero();

            pending.complete(answer(opaque), ByteBuffer.allocate(0));

            assertThat(future).isCompletedWithValue(opaque);
        }
    }

    @Test
    void findsTheLastFreeSlotAmongLongWaiters() {
        PendingRequests pending = new PendingRequests(1024, () -> nowNanos, "peer");
        for (int i = 0; i < 1023; i++) {
            assertThat(pending.add(1, OPAQUE, new CompletableFuture<>())).isNotZero();
        }
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Integer> future = new CompletableFuture<>();
            pending.complete(answer(pending.add(1, OPAQUE, future)), ByteBuffer.allocate(0));
            assertThat(future).isCompleted();
        }

        assertThat(pending.add(1, OPAQUE, new CompletableFuture<>())).isNotZero();
        CompletableFuture<Integer> tooMany = new CompletableFuture<>();
        assertThat(pending.add(1, OPAQUE, tooMany)).isZero();
        assertThatThrownBy(tooMany::join)
                .hasMessageContaining(
                        "1024 requests to peer wait for an answer already; wait, or use more connections");
    }

    @Test
    void ignoresAnswersThatNobodyWaitsFor() {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer");
        CompletableFuture<Integer> future = new CompletableFuture<>();
        int opaque = pending.add(1, OPAQUE, future);

        pending.complete(answer(opaque + 8), ByteBuffer.allocate(0));
        pending.complete(answer(opaque + 1), ByteBuffer.allocate(0));
        pending.complete(answer(0), ByteBuffer.allocate(0));
        pending.complete(answer(Integer.MIN_VALUE), ByteBuffer.allocate(0));

        assertThat(future).isNotDone();
    }

    @Test
    void failsWhatIsOverItsTime() {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer");
        CompletableFuture<Integer> quick = new CompletableFuture<>();
        CompletableFuture<Integer> patient = new CompletableFuture<>();
        pending.add(10_000_000, OPAQUE, quick);
        int opaque = pending.add(Long.MAX_VALUE, OPAQUE, patient);

        nowNanos = 9_999_999;
        pending.failExpired();
        assertThat(quick).isNotDone();
        nowNanos = 10_000_000;
        pending.failExpired();

        assertThatThrownBy(quick::join).hasMessageContaining("no answer from peer within 10 ms");
        assertThat(patient).isNotDone();
        pending.complete(answer(opaque), ByteBuffer.allocate(0));
        assertThat(patient).isCompletedWithValue(opaque);
    }

    @Test
    void aPeerIsDeafOnceRequestsRanOutAndNothingCameForLong() {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer");
        nowNanos = 5;
        pending.add(1_000, OPAQUE, new CompletableFuture<>());
        nowNanos += 1_000;
        assertThat(pending.failExpired()).as("for 1 us only").isFalse();

        nowNanos = 5 + PendingRequests.DEAF_NANOS - 1;
        assertThat(pending.failExpired()).isFalse();
        nowNanos++;
        assertThat(pending.failExpired()).isTrue();

        pending.heard();
        assertThat(pending.failExpired()).as("it was heard").isFalse();
        nowNanos += PendingRequests.DEAF_NANOS;
        assertThat(pending.failExpired()).as("nothing was asked").isFalse();
    }

    @Test
    void aPeerThatIsHeardWhileARequestRunsOutIsNotDeaf() {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer");
        pending.add(2 * PendingRequests.DEAF_NANOS, OPAQUE, new CompletableFuture<>());
        nowNanos = PendingRequests.DEAF_NANOS;
        pending.heard();
        pending.failExpired();
        nowNanos = 2 * PendingRequests.DEAF_NANOS;

        assertThat(pending.failExpired()).isFalse();
        nowNanos *= 2;
        assertThat(pending.failExpired()).isFalse();
    }

    @Test
    void failsOneOrAll() {
        PendingRequests pending = new PendingRequests(8, () -> nowNanos, "peer");
        CompletableFuture<Integer> one = new CompletableFuture<>();
        CompletableFuture<Integer> other = new CompletableFuture<>();
        int opaque = pending.add(1, OPAQUE, one);
        pending.add(1, OPAQUE, other);

        pending.fail(opaque, new IllegalStateException("no"));
        pending.failAll("gone");

        assertThatThrownBy(one::join).hasRootCauseMessage("no");
        assertThatThrownBy(other::join).hasMessageContaining("gone");
    }

    private static HeaderFields answer(int opaque) {
        HeaderWriter writer = new HeaderWriter().begin(Serialization.JSON, 0, opaque, 1, null);
        int length = writer.end();
        HeaderFields fields = new HeaderFields();
        fields.parse(0, ByteBuffer.wrap(writer.array()), 0, length);
        return fields;
    }
}
