package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStateTest {
    @Test
    void readsWhatItWrote(@TempDir Path folder) throws Exception {
        var started = new RunState.Server(
                "shop-g0",
                Role.BROKER,
                "127.0.0.1",
                10911,
                10913,
                Optional.of(new CopyId("shop-g0", 2)),
                Optional.of(new ProcessIdentity(7, "123@boot")),
                Instant.parse("2026-01-01T00:00:00.5Z"),
                Phase.BACKING_OFF,
                2);
        var waiting = new RunState.Server(
                "shop-g1",
                Role.BROKER,
                "127.0.0.1",
                10921,
                0,
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH,
                Phase.WAITING,
                0);
        var state = new RunState(new ProcessIdentity(5, "1@boot"), "shop", List.of(started, waiting));
        Path file = Files.writeString(folder.resolve("state.properties"), state.text());

        assertThat(RunState.read(file)).contains(state);
    }

    @Test
    void takesAnotherVersionForNothing(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("state.properties"), "version=99\n");

        assertThat(RunState.read(file)).isEmpty();
        assertThat(RunState.read(folder.resolve("missing"))).isEmpty();
    }
}
