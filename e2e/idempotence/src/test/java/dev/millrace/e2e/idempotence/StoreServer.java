package dev.millrace.e2e.idempotence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** How to find, make and reach a server of each kind. */
enum StoreServer {
    REDIS("redis-server", "redis-server", "TERM") {
        @Override
        List<String> prepare(Path folder, int port, Path output) {
            return List.of(
                    program(),
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    folder.toString(),
                    "--save",
                    "",
                    "--appendonly",
                    "yes");
        }
    },
    POSTGRESQL("postgres", "postgresql", "INT") {
        @Override
        List<String> prepare(Path folder, int port, Path output) {
            List<String> user = asOther(folder);
            Path data = folder.resolve("data");
            Path initdb = Path.of(program()).resolveSibling("initdb");
            ServerProcess.run(
                    with(
                            user,
                            initdb.toString(),
                            "-D",
                            data.toString(),
                            "-U",
                            "millrace",
                            "-A",
                            "trust",
                            "--no-sync",
                            "-E",
                            "UTF8",
                            "--locale=C"),
                    output);
            return with(
                    user, program(), "-D", data.toString(), "-h", "127.0.0.1", "-p", Integer.toString(port), "-k", "");
        }
    },
    MARIADB("mariadbd", "mariadb-server-core mariadb-client-core", "TERM") {
        @Override
        List<String> prepare(Path folder, int port, Path output) {
            Path data = folder.resolve("data");
            List<String> user = isRoot() ? List.of("--user=root") : List.of();
            List<String> make = new ArrayList<>(List.of(
                    "mariadb-install-db",
                    "--no-defaults",
                    "--datadir=" + data,
                    "--skip-test-db",
                    "--auth-root-authentication-method=normal"));
            make.addAll(user);
            ServerProcess.run(make, output);
            List<String> start = new ArrayList<>(List.of(
                    program(),
                    "--no-defaults",
                    "--datadir=" + data,
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--socket=" + folder.resolve("sock")));
            start.addAll(user);
            return start;
        }
    };

    private static final int CONNECT_TIMEOUT_SECONDS = 2;

    private final String binary;
    private final String debianPackages;
    private final String stopSignal;

    StoreServer(String binary, String debianPackages, String stopSignal) {
        this.binary = binary;
        this.debianPackages = debianPackages;
        this.stopSignal = stopSignal;
    }

    /** Makes what the server needs in an empty folder; gives the command that starts it. */
    abstract List<String> prepare(Path folder, int port, Path output);

    /** Says in one line what is missing, and how to get it. */
    Optional<String> missing() {
        return find().isPresent()
                ? Optional.empty()
                : Optional.of(name() + " IS NOT TESTED: '" + binary
                        + "' is not installed; run as root: apt-get install --no-install-recommends " + debianPackages);
    }

    String program() {
        return find().orElseThrow(() -> new IllegalStateException(binary + " is not installed"))
                .toString();
    }

    private Optional<Path> find() {
        Stream<Path> folders = Stream.concat(
                Stream.of(System.getenv("PATH").split(":")).map(Path::of), Stream.of(Path.of("/usr/sbin")));
        return Stream.concat(postgresFolders(), folders)
                .map(folder -> folder.resolve(binary))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Debian keeps PostgreSQL's programs outside the search path, a folder for each version. */
    private static Stream<Path> postgresFolders() {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return Stream.empty();
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.map(version -> version.resolve("bin")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServerProcess process(Path folder, int port) {
        Path output = folder.resolve("output.txt");
        return new ServerProcess(prepare(folder, port, output), output, port, stopSignal);
    }

    /** Connections that give up soon when nobody answers. */
    static DataSource postgres(int port) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser("millrace");
        source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
        source.setLoginTimeout(CONNECT_TIMEOUT_SECONDS);
        source.setCancelSignalTimeout(CONNECT_TIMEOUT_SECONDS);
        return new Pool(source);
    }

    /** Connections that give up soon when nobody answers. */
    static DataSource mariaDb(int port) {
        try {
            return new Pool(new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port
                    + "/millrace?user=root&createDatabaseIfNotExist=true&connectTimeout="
                    + CONNECT_TIMEOUT_SECONDS * 1000));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** PostgreSQL refuses to run as root: the folder gets another owner, and the command another user. */
    private static List<String> asOther(Path folder) {
        if (!isRoot()) {
            return List.of();
        }
        String user = Files.isDirectory(Path.of("/var/lib/postgresql")) ? "postgres" : "nobody";
        try {
            Files.setOwner(
                    folder,
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("setpriv", "--reuid=" + user, "--clear-groups");
    }

    private static List<String> with(List<String> user, String... command) {
        return Stream.concat(user.stream(), Stream.of(command)).toList();
    }
}
