package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Starts that must fail: with which status, and what the operator reads. */
final class BrokerMainTest {
    private static final int WRONG_SETTINGS = 2;
    private static final int CANNOT_START = 3;

    private final Path folder;

    BrokerMainTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private record End(int status, String message) {}

    /** Runs the program with these settings in this JVM; it must end by itself. */
    private End run(String... settings) {
        List<String> arguments = new ArrayList<>();
        List<String> all = new ArrayList<>(List.of(
                "broker.port=0", "store.segment-size=1MiB", "store.record-size-max=64KiB", "store.disk.reserve=0B"));
        all.addAll(List.of(settings));
        if (all.stream().noneMatch(setting -> setting.startsWith("store.path="))) {
            all.add("store.path=" + folder.resolve("store"));
        }
        all.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, UTF_8));
        try {
            int status = new CommandLine(new BrokerMain()).execute(arguments.toArray(String[]::new));
            return new End(status, written.toString(UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void saysThatItsPortIsInUseAndLeavesTheStoreClean() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            End end = run("broker.port=" + other.getLocalPort(), "broker.http-port=0");

            assertThat(end.status).isEqualTo(CANNOT_START);
            assertThat(end.message)
                    .contains("can't listen on 127.0.0.1:" + other.getLocalPort(), "end what uses the port");
            assertThat(folder.resolve("store/abort")).doesNotExist();
        }
    }

    @Test
    void saysThatItsHttpPortIsInUse() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            End end = run("broker.http-port=" + other.getLocalPort());

            assertThat(end.status).isEqualTo(CANNOT_START);
            assertThat(end.message)
                    .contains("can't listen on 127.0.0.1:" + other.getLocalPort(), "set broker.http-port");
        }
    }

    @Test
    void saysThatItsFolderCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("a-file"), "kept");
        Path locked = Files.createDirectories(folder.resolve("locked"));
        Files.createDirectory(locked.resolve("lock"));

        End underAFile = run("store.path=" + file.resolve("store"));
        // Nobody, not even root, makes folders there.
        End forbidden = run("store.path=/proc/millrace/store");
        End noLockFile = run("store.path=" + locked);

        assertThat(List.of(underAFile.status, forbidden.status, noLockFile.status))
                .containsOnly(CANNOT_START);
        assertThat(underAFile.message)
                .contains("cannot create the folder " + file.resolve("store"), "check the disk and the rights on it");
        assertThat(forbidden.message).contains("/proc/millrace", "check the disk and the rights on it");
        assertThat(noLockFile.message).contains("cannot lock " + locked.resolve("lock"), "check the disk");
        assertThat(file).hasContent("kept");
    }

    @Test
    void saysWhichSettingsAreWrong() {
        End unknown = run("broker.prot=1");
        End value = run("broker.body-size-max=1EiB");
        End combination = run("store.disk.full-ratio=0.2");

        assertThat(List.of(unknown.status, value.status, combination.status)).containsOnly(WRONG_SETTINGS);
        assertThat(unknown.message).contains("broker.prot", "did you mean broker.port?");
        assertThat(value.message).contains("broker.body-size-max=1EiB");
        assertThat(combination.message)
                .contains("store.disk.full-ratio=0.2 is below store.disk.clean-ratio=0.75; make it larger");
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void refusesASegmentThatWasCutByHandAndChangesNothing() throws IOException {
        try (RunningBroker broker = new RunningBroker(folder.resolve("store"))) {
            broker.ask(RunningBroker.message("t", 0, "", "x"));
        }
        Path segment = folder.resolve("store/commitlog/00000000000000000000");
        byte[] cut = java.util.Arrays.copyOf(Files.readAllBytes(segment), 5000);
        Files.write(segment, cut);

        End end = run();

        assertThat(end.status).isEqualTo(CANNOT_START);
        assertThat(end.message)
                .contains("00000000000000000000 ends at byte 5000 of 1048576", "store.recovery.truncate=true");
        assertThat(segment).hasBinaryContent(cut);
    }
}
