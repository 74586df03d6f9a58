package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyReportTest {
    @Test
    void readsWhatABrokerAnswers() {
        var report = CopyReport.of(
                        "{\"ready\":true,\"role\":\"replica\",\"phase\":\"DONE\",\"position\":9,\"end\":9,\"copy\":{\"number\":1,"
                                + "\"epoch\":7,\"master\":\"h:1\",\"inSync\":[0,2],\"committed\":123,\"behindBytes\":45,"
                                + "\"conditions\":[\"VOLATILE\",\"NEW_ONE\"]}}")
                .orElseThrow();

        assertThat(report)
                .isEqualTo(new CopyReport(
                        1, "replica", 7, "h:1", List.of(0L, 2L), 123, 45, List.of("VOLATILE", "NEW_ONE")));
        assertThat(report.isInSync()).isFalse();
        assertThat(report.remarks())
                .containsExactly(
                        "after a loss of power it may lack messages until it has followed a master", "new_one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"ready\":true}", "[]", "{\"copy\":7}", "{\"copy\":null}", "{\"copy\":{", "no"})
    void takesAnythingElseForNoCopy(String answer) {
        assertThat(CopyReport.of(answer)).isEmpty();
    }
}
