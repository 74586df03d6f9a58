package dev.millrace.e2e.client;

import dev.millrace.e2e.servers.Jars;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Defines one client version and the scenarios, child first: a scenario is one source, compiled once, and runs on every
 * version. Everything below {@code dev.millrace.e2e.scenario} and the client's jars is defined here, test libraries and
 * the shared types come from the application, nothing else is visible.
 *
 * <p>Thread-safe, as class loaders are.
 */
public final class ClientLoader extends URLClassLoader {

    private static final Duration THREAD_END_MAX = Duration.ofSeconds(10);
    private static final String SCENARIOS = "dev.millrace.e2e.scenario.";
    private static final List<String> SHARED = List.of(
            "dev.millrace.e2e.", "org.assertj.", "org.awaitility.", "org.hamcrest.", "org.junit.", "org.opentest4j.");

    static {
        registerAsParallelCapable();
        // A client's log writer (AsyncAppender-Dispatcher) lives on when its loader is closed: close waits for the
        // threads of its network library only. What it dies of, for want of a class, is nothing to whoever waits then.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    private final HeaderType header;

    private ClientLoader(URL[] urls, HeaderType header) {
        super("rocketmq-client", urls, ClassLoader.getPlatformClassLoader());
        this.header = header;
    }

    /** How this client writes headers. */
    HeaderType header() {
        return header;
    }

    /**
     * Opens a client version, one after the other: the client reads its header type once, from a system property.
     */
    public static synchronized ClientLoader open(String version, HeaderType header) {
        ClientLoader loader = new ClientLoader(urls(version), header);
        System.setProperty("rocketmq.serialize.type", header.name());
        try {
            Class.forName("org.apache.rocketmq.remoting.protocol.RemotingCommand", true, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("client " + version + " lacks its command class", e);
        } finally {
            System.clearProperty("rocketmq.serialize.type");
        }
        return loader;
    }

    private static URL[] urls(String version) {
        try (Stream<Path> jars = Files.list(Jars.ofClient(version))) {
            return Stream.concat(jars.sorted(), Stream.of(Jars.testClasses()))
                    .map(ClientLoader::url)
                    .toArray(URL[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("path " + path + " is no url", e);
        }
    }

    /**
     * Closes the loader once the threads of its network library have ended: they end some seconds after their client, and
     * load classes then. One that could not would die loudly, and fail whatever test waits at that time.
     */
    @Override
    public void close() throws IOException {
        try {
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getContextClassLoader() == this && thread.getName().startsWith("Netty")) {
                    thread.join(THREAD_END_MAX);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        super.close();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(SCENARIOS) && SHARED.stream().anyMatch(name::startsWith)) {
            return Class.forName(name, false, ClientLoader.class.getClassLoader());
        }
        return super.loadClass(name, resolve);
    }
}
