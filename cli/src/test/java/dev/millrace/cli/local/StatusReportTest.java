package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusReportTest {
    @ParameterizedTest
    @CsvSource({"PT5S, 5s", "PT3M12S, 3m12s", "PT2H5M9S, 2h5m", "P3DT4H9M, 3d4h"})
    void showsTwoUnitsOfAnAge(Duration age, String text) {
        assertThat(StatusReport.age(age)).isEqualTo(text);
    }
}
