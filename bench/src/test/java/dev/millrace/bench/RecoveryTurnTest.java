package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryTurnTest {
    @Test
    void readsTheTimeOfAStartFromTheLog() {
        var lines = List.of(
                "WARNING: something of the virtual machine",
                "2026-11-23T15:00:00.100Z INFO  main RecoveryLog - recovery: CHECKING_LOG of 7",
                "2026-11-23T15:00:01.350Z INFO  main BrokerMain - broker serves 127.0.0.1:1, health on port 2");

        assertThat(RecoveryTurn.logMs(lines)).isEqualTo(1_250);
        assertThat(RecoveryTurn.logMs(lines.subList(0, 2))).isNaN();
    }
}
