package dev.millrace.e2e.client;

import java.util.List;

/** A published client that exchanges messages with ours. Owner: the test that made it. */
public interface Peer {
    /** The property that exchanged messages carry. */
    String PROPERTY = "origin";

    /** Opens the peer that lives in {@code loader}. */
    static Peer of(ClientLoader loader, Environment environment) throws ReflectiveOperationException {
        return Class.forName("dev.millrace.e2e.scenario.RocketMqPeer", true, loader)
                .asSubclass(Peer.class)
                .getConstructor(Environment.class)
                .newInstance(environment);
    }

    /** Sends so many messages, one by one, and returns them as they were sent. */
    List<Exchanged> send(String topic, int count) throws Exception;

    /** Sends as many messages in one batch. */
    List<Exchanged> sendBatch(String topic, int count) throws Exception;

    /** Receives until so many came, from the first offset on. */
    List<Exchanged> receive(String topic, int count) throws Exception;
}
