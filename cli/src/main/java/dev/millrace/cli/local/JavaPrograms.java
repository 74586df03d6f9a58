package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers as Maven builds them below the project's folder, run by the JDK this program runs on.
 *
 * <p>Thread-safe: immutable.
 *
 * @param home the project's folder
 * @param javaHome of the JDK
 * @param ownClassPath of this program
 * @param serverOptions further options for the JVM of each server, after ours
 */
public record JavaPrograms(Path home, Path javaHome, String ownClassPath, List<String> serverOptions)
        implements Programs {
    public JavaPrograms {
        serverOptions = List.copyOf(serverOptions);
    }

    @Override
    public List<String> server(boolean isBroker, Path config) {
        String classPath = classPath(isBroker);
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(
                isBroker
                        ? List.of("-Xms256m", "-Xmx1g", "-XX:MaxDirectMemorySize=1g")
                        : List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=" + config.resolveSibling("jvm-crash-%p.log"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(serverOptions);
        command.addAll(List.of(
                "-cp",
                classPath,
                isBroker ? "dev.millrace.broker.BrokerMain" : "dev.millrace.namesrv.NamesrvMain",
                "--config",
                config.toString()));
        return command;
    }

    @Override
    public List<String> group(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                classPath(true),
                "dev.millrace.broker.grouptool.GroupMain"));
        command.addAll(arguments);
        return command;
    }

    private String classPath(boolean isBroker) {
        Path target = home.resolve(isBroker ? "broker-image" : "namesrv-image").resolve("target");
        if (!Files.isDirectory(target.resolve("classes"))) {
            throw new CliException(
                    ExitCode.MACHINE,
                    "there is no built server in " + target + "; start with the script 'millrace' at the root of the"
                            + " project, it builds what is missing");
        }
        return target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
    }

    @Override
    public List<String> self(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-Dmillrace.home=" + home,
                "-cp",
                ownClassPath,
                "dev.millrace.cli.MillraceMain"));
        command.addAll(arguments);
        return command;
    }

    private String java() {
        return javaHome.resolve("bin").resolve("java").toString();
    }
}
