package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.servers.LocalMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of {@code examples/README.md} print what stands there. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class ExamplesIT {
    private static final Path EXAMPLES =
            Path.of("..", "examples").toAbsolutePath().normalize();
    private static final Pattern UP = Pattern.compile("^\\$ (\\./millrace up .*)$", Pattern.MULTILINE);
    private static final Pattern SAMPLE =
            Pattern.compile("```\n\\$ (examples/run (\\w+))\n```\n\n```\n(.*?)```", Pattern.DOTALL);

    @TempDir
    static Path scratch;

    private static LocalMode cluster;

    /** A command of the page, and the lines below it. */
    record Sample(String command, String name, List<String> output) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        Matcher up = UP.matcher(page());
        assertThat(up.find()).as("a command that starts a cluster").isTrue();
        cluster = new LocalMode(scratch);
        cluster.up(up.group(1));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String page() throws IOException {
        return Files.readString(EXAMPLES.resolve("README.md"));
    }

    static List<Sample> samples() throws IOException {
        return SAMPLE.matcher(page())
                .results()
                .map(match -> new Sample(
                        match.group(1), match.group(2), match.group(3).lines().toList()))
                .toList();
    }

    /** Two groups, or two orders, don't wait for each other: lines may come in another order than on the page. */
    @ParameterizedTest
    @MethodSource("samples")
    void printsWhatThePageSays(Sample sample) {
        assertThat(cluster.run(sample.command())).containsExactlyInAnyOrderElementsOf(sample.output());
    }

    @Test
    void thePageShowsEverySample() throws IOException {
        List<String> mains = new ArrayList<>();
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                if (Files.readString(file).contains("static void main(")) {
                    mains.add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }

        assertThat(samples().stream().map(Sample::name)).containsExactlyInAnyOrderElementsOf(mains);
    }
}
