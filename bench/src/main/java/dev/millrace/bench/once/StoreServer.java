package dev.millrace.bench.once;

import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Redis or PostgreSQL of Debian's packages, as they come but for their port, in a scratch folder. Owner: the main thread.
 *
 * @param port on 127.0.0.1
 */
record StoreServer(ServerProcess process, int port) implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Path POSTGRES_VERSIONS = Path.of("/usr/lib/postgresql");
    private static final Path REDIS = Path.of("/usr/bin/redis-server");

    static StoreServer redis(Path folder) throws IOException {
        require(REDIS, "redis-server");
        int port = new Ports().free(1);
        return started(
                "redis",
                folder,
                port,
                List.of(
                        REDIS.toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        folder.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "yes"));
    }

    static StoreServer postgres(Path folder) throws IOException, InterruptedException {
        Path programs = postgresPrograms();
        int port = new Ports().free(1);
        Path data = folder.resolve("postgres");
        Files.createDirectory(data);
        List<String> user = asOther(data);
        var prepare = with(user, programs.resolve("initdb"), "-D", data.toString(), "-U", "millrace", "-A", "trust");
        try (var made = ServerProcess.startProgram("initdb", folder, prepare)) {
            if (!made.awaitEnd(START_TIMEOUT.toSeconds())) {
                throw new IllegalStateException("initdb failed; its log ends:\n" + made.logTail());
            }
        }
        return started(
                "postgres",
                folder,
                port,
                with(
                        user,
                        programs.resolve("postgres"),
                        "-D",
                        data.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-k",
                        ""));
    }

    private static StoreServer started(String name, Path folder, int port, List<String> command) throws IOException {
        var process = ServerProcess.startProgram(name, folder, command);
        Ports.awaitListening(port, process, START_TIMEOUT);
        return new StoreServer(process, port);
    }

    private static Path postgresPrograms() throws IOException {
        require(POSTGRES_VERSIONS, "postgresql");
        try (Stream<Path> versions = Files.list(POSTGRES_VERSIONS)) {
            return versions.sorted().toList().getLast().resolve("bin");
        }
    }

    private static void require(Path path, String debianPackage) {
        if (!Files.exists(path)) {
            throw new UnsupportedOperationException(
                    path + " is missing; run as root: apt-get install --no-install-recommends " + debianPackage);
        }
    }

    /** PostgreSQL refuses to run as root: its folder gets another owner. */
    private static List<String> asOther(Path folder) throws IOException {
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        var users = folder.getFileSystem().getUserPrincipalLookupService();
        // The other user has to get at the folder in ours.
        Files.setPosixFilePermissions(folder.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
        Files.setOwner(folder, users.lookupPrincipalByName("postgres"));
        return List.of("setpriv", "--reuid=postgres", "--clear-groups");
    }

    private static List<String> with(List<String> user, Path program, String... arguments) {
        var command = new ArrayList<>(user);
        command.add(program.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() {
        process.close();
    }
}
