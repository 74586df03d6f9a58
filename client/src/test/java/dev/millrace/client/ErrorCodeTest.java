package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    @Test
    void isDocumented() throws IOException {
        List<String> wanted = Arrays.stream(ErrorCode.values())
                .map(code -> "| %s | %s | %s |".formatted(code, code.isRetriable() ? "yes" : "no", code.remedy()))
                .toList();

        try (Stream<String> lines = Files.lines(Path.of("../docs/errors.md"))) {
            assertThat(lines.filter(line -> line.matches("\\| [A-Z_]+ \\| [^|]+ \\| (yes|no) \\|.*"))
                            .map(line -> line.replaceFirst("^(\\| [A-Z_]+ \\|) [^|]+ \\|", "$1"))
                            .toList())
                    .containsExactlyElementsOf(wanted);
        }
    }

    @Test
    void addsTheRemedyToWhatHappened() {
        ClientException fault = new ClientException(ErrorCode.TIMEOUT, "no answer from a within 5 ms");

        assertThat(fault).hasMessage("no answer from a within 5 ms; " + ErrorCode.TIMEOUT.remedy());
        assertThat(fault.isRetriable()).isTrue();
        assertThat(fault.here()).hasMessage(fault.getMessage()).hasCause(fault);
    }
}
