package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real disks without space, each in a process of its own. Every machine can limit the size of a process's files; where a
 * process may mount, as root or in a user namespace, a small file system is filled as well.
 */
class FullDiskTest {
    private final Path folder;

    FullDiskTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** @param launcher words before the command */
    record Means(String name, String squeeze, List<String> launcher) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Means> means() throws IOException, InterruptedException {
        List<Means> means = new ArrayList<>();
        means.add(new Means("files may not grow", "limit", List.of()));
        for (List<String> unshare : List.of(List.of("unshare", "-m"), List.of("unshare", "-Urm"))) {
            if (means.size() == 1 && succeeds(unshare)) {
                List<String> launcher = new ArrayList<>(unshare);
                launcher.addAll(
                        List.of("sh", "-c", "mount -t tmpfs -o size=12m tmpfs \"$0\" && exec \"$@\"", "{folder}"));
                means.add(new Means("a full tmpfs", "fill", launcher));
            }
        }
        return means;
    }

    private static boolean succeeds(List<String> unshare) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(unshare);
        command.addAll(List.of("sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"));
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** A machine that lets nobody mount tests one way less; who reads the results shall see that. */
    @Test
    void tellsWhichDisksAreTested(TestReporter reporter) throws IOException, InterruptedException {
        List<Means> means = means();

        String text = means.size() > 1
                ? means.toString()
                : means
                        + " only: this process may not mount a tmpfs (unshare -m, unshare -Urm), so a full file system is"
                        + " not tested here";
        System.out.println("full disks tested: " + text);
        reporter.publishEntry("full disks tested", text);
        assertThat(means).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("means")
    void refusesSendsServesReadsAndResumesWithoutARestart(Means means) throws InterruptedException {
        List<String> launcher = new ArrayList<>(means.launcher());
        launcher.replaceAll(word -> word.equals("{folder}") ? folder.toString() : word);
        try (ChildJvm process = ChildJvm.start(launcher, FullDiskProcess.class, folder.toString(), means.squeeze())) {
            assertThat(process.awaitLine("refused"))
                    .contains("no space left", folder.toString(), "; free space")
                    .containsPattern("\\d+ bytes|bytes \\d+");
            assertThat(process.awaitLine("ok")).isNotEmpty();
            assertThat(process.awaitEnd()).isZero();
        }
    }
}
