package dev.millrace.e2e.servers;

import java.nio.file.Path;

/** A running NameServer and broker, as a client outside sees them. Owner: the test that opened them. */
public interface Servers extends AutoCloseable {

    /** Names every implementation uses. */
    String CLUSTER_NAME = "E2eCluster";

    String BROKER_NAME = "e2e-broker-a";

    /** {@code host:port}, several separated by {@code ;}. */
    String namesrvAddress();

    /** {@code host:port} as clients see it. */
    String brokerAddress();

    /** The broker's store: {@code commitlog}, {@code consumequeue}, {@code index} and {@code config} are below it. */
    Path storeFolder();

    /** Ends the broker at once ({@code kill -9}) and returns when the process is gone. */
    void killBroker();

    /** Ends the broker as an operator would ({@code kill}) and returns when the process is gone. */
    void stopBroker();

    /** Starts an ended broker on the same store and port; returns when it serves and is routed. */
    void restartBroker();

    /** Ends NameServer number {@code index} at once. */
    void killNamesrv(int index);

    /** Starts an ended NameServer on the same port; returns when it listens. */
    void restartNamesrv(int index);

    /** How often it is worth to kill the broker for each setting. */
    int killRounds();

    /** What the processes printed last, for failure reports. */
    String lastOutput();

    @Override
    void close();
}
