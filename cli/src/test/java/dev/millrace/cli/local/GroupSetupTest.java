package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupSetupTest {
    private static final ServerPlan ALONE = broker("shop-g0", Optional.empty());
    private static final ServerPlan FIRST = broker("shop-g0-0", Optional.of(new CopyId("shop-g0", 0)));
    private static final ServerPlan SECOND = broker("shop-g0-1", Optional.of(new CopyId("shop-g0", 1)));

    private final FakeProcesses processes = new FakeProcesses();
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final DataFolder folder;

    GroupSetupTest(@TempDir Path temporary) {
        folder = new DataFolder(temporary);
        folder.prepare();
    }

    @Test
    void appliesEachGroup() {
        assertThat(setup(FIRST, SECOND).applyGroups())
                .singleElement()
                .asString()
                .startsWith("group apply --folder " + folder.record("shop-g0") + " --cluster shop --group shop-g0");
    }

    @Test
    void runsNoToolForBrokersThatAreAlone() {
        assertThat(setup(ALONE).applyGroups()).isEmpty();
        assertThat(processes.commands).isEmpty();
    }

    @Test
    void saysWhatTheToolSays() {
        processes.answer = new Processes.Ended(6, "group: the folder is gone: put it back\n");

        assertThatThrownBy(() -> setup(FIRST, SECOND).applyGroups())
                .isInstanceOf(CliException.class)
                .hasMessage("the folder is gone: put it back")
                .extracting("exitCode")
                .isEqualTo(ExitCode.MACHINE);
    }

    @Test
    void namesAToolThatEndsWithoutAWord() {
        processes.answer = new Processes.Ended(137, "");

        assertThatThrownBy(() -> setup(FIRST, SECOND).applyGroups())
                .hasMessageContainingAll("exit code 137 at 'apply'", "build the project again");
    }

    @Test
    void theFirstCopyTakesOverWhatABrokerThatWasAloneHas() throws IOException {
        Files.writeString(Files.createDirectory(folder.store("shop-g0")).resolve("log"), "messages");

        List<String> lines = setup(FIRST, SECOND).placeStores();

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("the messages of shop-g0 are now those of its first copy");
        assertThat(folder.store("shop-g0-0").resolve("log")).hasContent("messages");
        assertThat(folder.store("shop-g0")).doesNotExist();
        assertThat(setup(FIRST, SECOND).placeStores()).isEmpty();
    }

    @Test
    void doesNotPutOneStoreOverAnother() throws IOException {
        Files.createDirectory(folder.store("shop-g0"));
        Files.createDirectory(folder.store("shop-g0-0"));

        assertThatThrownBy(() -> setup(FIRST, SECOND).placeStores()).hasMessageContaining("move away the one");
    }

    @Test
    void refusesToRunAloneWhereCopiesRan() throws IOException {
        Files.createDirectory(folder.store("shop-g0-0"));

        assertThatThrownBy(() -> setup(ALONE).placeStores())
                .hasMessageContainingAll("shop-g0 had several copies", "keep spec.brokers.copies above 1", "--data");

        Files.createDirectory(folder.store("shop-g0"));
        assertThat(setup(ALONE).placeStores()).isEmpty();
    }

    private GroupSetup setup(ServerPlan... servers) {
        List<GroupPlan> groups = servers.length == 1
                ? List.of()
                : List.of(new GroupPlan(
                        "shop",
                        "shop-g0",
                        folder.record("shop-g0"),
                        servers.length,
                        1,
                        "AllInSync",
                        Duration.ofSeconds(3),
                        10,
                        3));
        Programs programs = new Programs() {
            @Override
            public List<String> server(boolean isBroker, Path config) {
                return List.of();
            }

            @Override
            public List<String> group(List<String> arguments) {
                List<String> command = new java.util.ArrayList<>(List.of("group"));
                command.addAll(arguments);
                return command;
            }

            @Override
            public List<String> self(List<String> arguments) {
                return arguments;
            }
        };
        var machine = new Machine(
                processes,
                programs,
                (host, port, httpPort) -> false,
                nameServers -> {
                    throw new AssertionError("nobody is connected to");
                },
                clock.nanos(),
                clock,
                clock::advance,
                () -> false,
                task -> {});
        return new GroupSetup(new ClusterPlan("shop", List.of(servers), groups, List.of()), folder, machine);
    }

    private static ServerPlan broker(String name, Optional<CopyId> copy) {
        return new ServerPlan(name, Role.BROKER, "127.0.0.1", 1, 0, List.of(1), copy, Map.of());
    }
}
