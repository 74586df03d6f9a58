package dev.millrace.e2e;

import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The servers a suite shares over its tests, one kind at a time. Owner: the suite's thread; readers come after it. */
final class RunningServers implements AutoCloseable {

    private @Nullable ServerKind kind;
    private @Nullable Servers servers;

    /** Makes servers of {@code wanted} run, ending others. */
    void ensure(ServerKind wanted, Path scratch) {
        if (kind == wanted) {
            return;
        }
        close();
        try {
            servers = wanted.start(Files.createDirectories(scratch.resolve(wanted.name())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        kind = wanted;
    }

    Servers get() {
        if (servers == null) {
            throw new IllegalStateException("no servers run; call ensure first");
        }
        return servers;
    }

    @Override
    public void close() {
        if (servers != null) {
            servers.close();
        }
        servers = null;
        kind = null;
    }
}
