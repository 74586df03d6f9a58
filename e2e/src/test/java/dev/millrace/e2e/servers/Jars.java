package dev.millrace.e2e.servers;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build laid jars and classes. The tests run with the folder {@code e2e} as working directory. */
public final class Jars {

    private Jars() {}

    /** The published jars of one client version, with everything it needs. */
    public static Path ofClient(String version) {
        return existing(Path.of("rocketmq", "client-" + version, "target", "lib"));
    }

    /** The published jars of the reference servers and their tools. */
    public static Path ofApacheServers() {
        return existing(Path.of("rocketmq", "server-5.5.0", "target", "lib"));
    }

    /** The folder of one of our modules. */
    static Path ofModule(String module) {
        return existing(Path.of("..", module, "target"));
    }

    public static Path testClasses() {
        return existing(Path.of("target", "test-classes"));
    }

    private static Path existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException("folder " + folder.toAbsolutePath().normalize()
                    + " is missing; build it with: mvn -pl e2e -am test-compile");
        }
        return folder.toAbsolutePath().normalize();
    }
}
