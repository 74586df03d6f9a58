package dev.millrace.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.FakeMillrace;
import dev.millrace.cli.cluster.FakeCluster;
import dev.millrace.cli.terminal.CliException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(50)
class BenchCommandTest {
    private final FakeCluster cluster = new FakeCluster();
    private final FakeTarget target = new FakeTarget();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Runnable> hooks = new ArrayList<>();

    @AfterEach
    void close() {
        target.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "batch", "paced"})
    void measuresOnATopicOfItsOwn(String kind) {
        assertThat(run(kind, "--seconds", "1", "--warmup", "0"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .containsPattern(kind + ": [0-9,]+ messages/s, [0-9,]+ messages of 128 bytes over 8 queues, 0 failed")
                .containsPattern("answers: p50 [0-9.]+ ms, p99 ");
        assertThat(err.toString()).contains("1 s");
        assertThat(cluster.topics()).isEmpty();
    }

    @Test
    void drainsABacklogAsJson() {
        assertThat(run("drain", "--messages", "500", "-o", "json"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .startsWith("{\"kind\":\"drain\",\"queues\":8,\"bodyBytes\":128,\"messages\":500,\"rate\":")
                .endsWith("\"failed\":0}\n");
        assertThat(err.toString()).isEmpty();
        assertThat(target.storedCount()).isEqualTo(500);
    }

    @Test
    void failsWhenTheBacklogDoesNotComeBackWhole() {
        target.losing(-1);

        assertThat(run("drain", "--messages", "500")).isEqualTo(1);

        assertThat(err.toString()).contains("nothing was measured: the consumer got 501 messages of a backlog of 500");
        assertThat(cluster.topics()).isEmpty();
    }

    @Test
    void failsWhenNoSendIsAcknowledged() {
        target.refusing(number -> true);

        assertThat(run("send", "--warmup", "0")).isEqualTo(1);

        assertThat(err.toString()).contains("0 were acknowledged; the first failure", "refused");
    }

    @Test
    void deletesTheTopicOnceWhenItIsInterrupted() {
        run("drain", "--messages", "1");

        assertThat(hooks).hasSize(1).allSatisfy(Runnable::run);
        assertThat(cluster.topics()).isEmpty();
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThat(run("send", "--queues", "0")).isEqualTo(2);

        assertThat(err.toString()).contains("--queues 0 is out of range; give a number from 1 to 1024");
        assertThat(run("paced", "--rate", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--rate 0.0 is out of range; give a number above 0");
        assertThat(run("send", "--warmup", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("--warmup -1 is out of range; give a number of seconds from 0");
    }

    @Test
    void saysWhenNothingRuns(@TempDir Path folder) {
        assertThat(execute("send", "--data", folder.toString())).isEqualTo(3);

        assertThat(err.toString()).contains("nothing runs from " + folder, "millrace up");
    }

    private int run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--namesrv", "127.0.0.1:1"));
        return execute(all.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        var machine = FakeMillrace.machine(hooks::add, nameServers -> cluster);
        var line = new CommandLine(new BenchCommand(machine, () -> target));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println(e.getMessage());
            return e instanceof CliException known ? known.exitCode().number() : -1;
        });
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
