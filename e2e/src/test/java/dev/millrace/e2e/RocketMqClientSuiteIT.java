package dev.millrace.e2e;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.client.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published RocketMQ clients against a broker: every scenario for every chosen {@link Combination}. One broker serves
 * all cells of a kind; the scenarios of a cell run at the same time.
 */
@ParameterizedClass
@MethodSource("combinations")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class RocketMqClientSuiteIT {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path scratch;

    @Parameter
    Combination combination;

    private static final RunningServers SERVERS = new RunningServers();
    private static ClientLoader loader;

    static List<Combination> combinations() {
        return Combination.chosen();
    }

    static List<ScenarioRef> scenarios() {
        return Scenarios.sharing();
    }

    @BeforeParameterizedClassInvocation
    static void open(Combination combination) {
        SERVERS.ensure(combination.kind(), scratch);
        loader = ClientLoader.open(combination.clientVersion(), combination.header());
    }

    @AfterParameterizedClassInvocation
    static void closeLoader() throws IOException {
        loader.close();
    }

    @AfterAll
    static void closeServers() {
        SERVERS.close();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Execution(ExecutionMode.CONCURRENT)
    void behaves(ScenarioRef scenario) throws Exception {
        String unique = combination.label() + NUMBER.incrementAndGet();
        Path own = Files.createDirectories(scratch.resolve(unique));
        scenario.run(
                loader, new Environment(combination.kind(), SERVERS.get(), combination.clientVersion(), unique, own));
    }
}
