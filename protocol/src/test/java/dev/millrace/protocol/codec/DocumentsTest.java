package dev.millrace.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the tables of the documents and the enums together. A failure shows the lines that belong there. */
class DocumentsTest {
    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void listsEveryResponseCode() throws IOException {
        List<String> wanted = Arrays.stream(ResponseCode.values())
                .map(code -> "| %d | %s | %s | %s |"
                        .formatted(code.number(), code, code.isRetriable() ? "yes" : "no", code.remedy()))
                .toList();

        assertThat(rows("errors.md", "\\| -?\\d+ \\| [A-Z_]+ \\| (yes|no) \\|.*"))
                .containsExactlyElementsOf(wanted);
    }

    @Test
    void listsEveryRequestThatHasARecord() throws IOException {
        List<String> wanted = Arrays.stream(RequestCode.values())
                .filter(Commands::isKnown)
                .sorted(Comparator.comparingInt(RequestCode::number))
                .map(code -> "| %d | %s |".formatted(code.number(), code))
                .toList();

        List<String> found = rows("protocol.md", "\\| \\d+ \\| [A-Z_0-9]+ \\| (broker|NameServer|client) \\|").stream()
                .map(row -> row.replaceFirst(" (broker|NameServer|client) \\|$", ""))
                .toList();

        assertThat(found).containsExactlyElementsOf(wanted);
    }

    private static List<String> rows(String document, String form) throws IOException {
        try (Stream<String> lines = Files.lines(DOCS.resolve(document))) {
            return lines.filter(line -> line.matches(form)).toList();
        }
    }
}
