package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProgramsTest {
    private final Path home;
    private final JavaPrograms programs;

    JavaProgramsTest(@TempDir Path home) {
        this.home = home;
        this.programs = new JavaPrograms(home, Path.of("/jdk"), "cli.jar", List.of("-Xmx2g"));
    }

    @Test
    void startsServersWithTheirClassesAndConfiguration() throws Exception {
        Path target = Files.createDirectories(home.resolve("broker-image/target/classes"))
                .getParent();

        List<String> command = programs.server(true, Path.of("/data/conf/g0.properties"));

        assertThat(command)
                .startsWith("/jdk/bin/java")
                .containsSubsequence("-Xmx1g", "-Xmx2g", "-cp", target + "/classes:" + target + "/lib/*")
                .endsWith("dev.millrace.broker.BrokerMain", "--config", "/data/conf/g0.properties");
    }

    @Test
    void startsTheGroupToolWithTheBrokersClasses() throws Exception {
        Path target = Files.createDirectories(home.resolve("broker-image/target/classes"))
                .getParent();

        assertThat(programs.group(List.of("show")))
                .startsWith("/jdk/bin/java")
                .endsWith(
                        "-cp",
                        target + "/classes:" + target + "/lib/*",
                        "dev.millrace.broker.grouptool.GroupMain",
                        "show");
    }

    @Test
    void namesTheServerThatIsNotBuilt() {
        assertThatThrownBy(() -> programs.server(false, Path.of("x")))
                .hasMessageContainingAll(
                        "no built server in " + home.resolve("namesrv-image/target"), "script 'millrace'");
    }

    @Test
    void startsItselfWithTheSameHome() {
        assertThat(programs.self(List.of("up", "--background")))
                .contains("-Dmillrace.home=" + home)
                .endsWith("-cp", "cli.jar", "dev.millrace.cli.MillraceMain", "up", "--background");
    }
}
