package dev.millrace.e2e.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** What both kinds of servers share: ports, life and death of the processes. Owner: the test that opened it. */
abstract class ProcessServers implements Servers {

    /** Long: several servers start at once on machines of two cores. */
    private static final Duration READY_MAX = Duration.ofMinutes(3);

    private static final String ANNOUNCED_HOST = "127.0.0.1";

    /** Where servers listen, and where a broker finds the proxy of its NameServers, when frames are tapped. */
    private static final String HIDDEN_HOST = "127.0.0.2";

    private static final String BROKERS_PROXY_HOST = "127.0.0.3";

    final Path scratch;
    final ServerOptions options;
    final int brokerPort;
    final List<Integer> namesrvPorts = new ArrayList<>();
    private final List<ServerProcess> namesrvs = new ArrayList<>();
    private final ServerProcess broker;
    private final List<TapProxy> proxies = new ArrayList<>();

    ProcessServers(Path scratch, ServerOptions options) {
        this.scratch = scratch;
        this.options = options;
        this.brokerPort = Ports.freeBlock();
        for (int index = 0; index < options.namesrvCount(); index++) {
            namesrvPorts.add(Ports.freeBlock());
        }
        for (int index = 0; index < options.namesrvCount(); index++) {
            namesrvs.add(new ServerProcess(scratch.resolve("namesrv-" + index + ".out"), namesrvCommand(index)));
        }
        this.broker = new ServerProcess(scratch.resolve("broker.out"), brokerCommand());
    }

    /** Arguments of {@code java}; writes the configuration file it names. Called once, before anything runs. */
    abstract List<String> namesrvCommand(int index);

    abstract List<String> brokerCommand();

    final void startAll() {
        try {
            options.tap().ifPresent(this::startProxies);
            for (int index = 0; index < namesrvs.size(); index++) {
                restartNamesrv(index);
            }
            restartBroker();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void startProxies(FrameTap tap) {
        proxies.add(proxy(ANNOUNCED_HOST, brokerPort, FrameTap.Link.CLIENT_BROKER, tap));
        for (int port : namesrvPorts) {
            proxies.add(proxy(ANNOUNCED_HOST, port, FrameTap.Link.CLIENT_NAMESRV, tap));
            proxies.add(proxy(BROKERS_PROXY_HOST, port, FrameTap.Link.BROKER_NAMESRV, tap));
        }
    }

    private static TapProxy proxy(String host, int port, FrameTap.Link link, FrameTap tap) {
        InetSocketAddress server = new InetSocketAddress(HIDDEN_HOST, port);
        return new TapProxy(new InetSocketAddress(host, port), server, link, tap).start();
    }

    /** The host the servers listen on. */
    final String listenHost() {
        return options.tap().isPresent() ? HIDDEN_HOST : ANNOUNCED_HOST;
    }

    @Override
    public final String namesrvAddress() {
        return addresses(ANNOUNCED_HOST);
    }

    /** Where a broker reaches the NameServers. */
    final String namesrvAddressForBroker() {
        return addresses(options.tap().isPresent() ? BROKERS_PROXY_HOST : ANNOUNCED_HOST);
    }

    private String addresses(String host) {
        return namesrvPorts.stream().map(port -> host + ":" + port).collect(Collectors.joining(";"));
    }

    @Override
    public final String brokerAddress() {
        return ANNOUNCED_HOST + ":" + brokerPort;
    }

    @Override
    public final Path storeFolder() {
        return scratch.resolve("store");
    }

    @Override
    public final void killBroker() {
        broker.kill();
    }

    @Override
    public final void stopBroker() {
        broker.stop();
    }

    @Override
    public final void restartBroker() {
        broker.start();
        awaitListening(broker, brokerPort);
        await(broker, () -> ServerProbe.hasStatistics(listenHost(), brokerPort));
        String address = ANNOUNCED_HOST + ":" + brokerPort;
        for (int index = 0; index < namesrvs.size(); index++) {
            if (namesrvs.get(index).isAlive()) {
                int port = namesrvPorts.get(index);
                await(broker, () -> ServerProbe.isRouted(listenHost(), port, BROKER_NAME, address));
            }
        }
    }

    @Override
    public final void killNamesrv(int index) {
        namesrvs.get(index).kill();
    }

    @Override
    public final void restartNamesrv(int index) {
        namesrvs.get(index).start();
        awaitListening(namesrvs.get(index), namesrvPorts.get(index));
    }

    private void awaitListening(ServerProcess process, int port) {
        await(process, () -> Ports.isListening(listenHost(), port));
    }

    private static void await(ServerProcess process, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(READY_MAX).pollInterval(Duration.ofMillis(50)).until(() -> {
            process.requireAlive();
            return condition.call();
        });
    }

    @Override
    public final String lastOutput() {
        return "broker:\n" + broker.tail() + "\nnamesrv:\n"
                + namesrvs.getFirst().tail();
    }

    @Override
    public final void close() {
        broker.kill();
        namesrvs.forEach(ServerProcess::kill);
        proxies.forEach(TapProxy::close);
    }

    /** Writes {@code text} into the scratch folder and returns its path as an argument. */
    final String file(String name, String text) {
        try {
            Path file = scratch.resolve(name);
            Files.createDirectories(scratch.resolve("conf"));
            Files.writeString(file, text);
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
