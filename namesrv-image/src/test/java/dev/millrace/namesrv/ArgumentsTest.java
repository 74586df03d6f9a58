package dev.millrace.namesrv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void readsFileAndOverrides() {
        Arguments arguments = Arguments.parse("--config", "x.properties", "--set", "a=1", "--set", "b=2");

        assertThat(arguments).isEqualTo(new Arguments(Path.of("x.properties"), List.of("a=1", "b=2"), false));
    }

    @Test
    void refusesUnknownWord() {
        assertThatThrownBy(() -> Arguments.parse("-c"))
                .hasMessage("'-c' is no option; use --config FILE, --set key=value or --help");
    }

    @Test
    void refusesOptionWithoutValue() {
        assertThatThrownBy(() -> Arguments.parse("--config"))
                .hasMessage("--config needs a value behind it; see --help");
    }
}
