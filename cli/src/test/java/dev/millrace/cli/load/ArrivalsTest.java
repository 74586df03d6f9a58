package dev.millrace.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ArrivalsTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void givesUpWhenNothingComesAnyMore() throws Exception {
        var arrivals = new Arrivals(10);
        arrivals.arrived(3);

        arrivals.await(SHORT, SHORT);

        assertThat(arrivals.count()).isEqualTo(3);
    }

    @Test
    void timesFromTheFirstToTheLastExpectedOne() throws Exception {
        var arrivals = new Arrivals(4);
        arrivals.arrived(0);
        arrivals.arrived(2);
        arrivals.arrived(2);
        long elapsed = arrivals.elapsedNanos();
        arrivals.arrived(1);

        arrivals.await(SHORT, SHORT);

        assertThat(arrivals.count()).isEqualTo(5);
        assertThat(arrivals.elapsedNanos()).isEqualTo(elapsed).isNotNegative();
    }
}
