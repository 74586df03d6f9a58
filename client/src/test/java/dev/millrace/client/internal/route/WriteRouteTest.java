package dev.millrace.client.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ClientException;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.TopicQueue;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriteRouteTest {
    private final BrokerHealth a = new BrokerHealth("a");
    private final BrokerHealth b = new BrokerHealth("b");
    private final WriteRoute route = RouteFixtures.route(4, a, b);

    private Set<String> brokersOf(int turns, long nowNanos) {
        Set<String> brokers = new HashSet<>();
        for (int turn = 1; turn <= turns; turn++) {
            brokers.add(route.choose(QueueChoice.any(), turn, nowNanos, null)
                    .queue()
                    .broker());
        }
        return brokers;
    }

    @Test
    void spreadsOverAllQueues() {
        Set<TopicQueue> chosen = new HashSet<>();
        for (int turn = 0; turn < 8; turn++) {
            chosen.add(route.choose(QueueChoice.any(), turn, 0, null).queue());
        }

        assertThat(chosen).hasSize(8);
    }

    @Test
    void avoidsABrokerThatFailedUntilItsTimeIsOver() {
        a.failed(0);

        assertThat(brokersOf(16, 1)).containsExactly("b");
        assertThat(brokersOf(16, TimeUnit.SECONDS.toNanos(2))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void avoidsABrokerLongerTheMoreOftenItFails() {
        for (int i = 0; i < 5; i++) {
            a.failed(0);
        }

        assertThat(a.isAvoided(TimeUnit.SECONDS.toNanos(5))).isTrue();
        assertThat(a.isAvoided(TimeUnit.SECONDS.toNanos(31))).isFalse();
    }

    @Test
    void avoidsABrokerThatIsMuchSlower() {
        a.answered(TimeUnit.MILLISECONDS.toNanos(400));
        b.answered(TimeUnit.MILLISECONDS.toNanos(2));

        assertThat(brokersOf(16, 1)).containsExactly("b");
    }

    @Test
    void triesAnotherBrokerThanTheLastEvenIfItIsAvoided() {
        b.failed(0);

        assertThat(route.choose(QueueChoice.any(), 0, 1, "a").queue().broker()).isEqualTo("b");
    }

    @Test
    void saysWhenANamedQueueIsGone() {
        assertThatThrownBy(() -> route.choose(QueueChoice.of(new TopicQueue("t", "gone", 0)), 0, 0, null))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("gone");
    }
}
