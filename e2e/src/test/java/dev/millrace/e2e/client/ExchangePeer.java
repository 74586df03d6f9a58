package dev.millrace.e2e.client;

import java.util.List;

/** A published client that exchanges compressed bodies, requests and answers with ours. Owner: the test that made it. */
public interface ExchangePeer {
    /** Opens the peer that lives in {@code loader}. */
    static ExchangePeer of(ClientLoader loader, Environment environment) throws ReflectiveOperationException {
        return Class.forName("dev.millrace.e2e.scenario.RocketMqExchangePeer", true, loader)
                .asSubclass(ExchangePeer.class)
                .getConstructor(Environment.class)
                .newInstance(environment);
    }

    /** Sends a body large enough to be compressed, with {@code ZLIB}, {@code LZ4} or {@code ZSTD}. */
    void send(String topic, String compression, String body) throws Exception;

    /** Receives until so many came, from the first offset on. */
    List<String> receive(String topic, int count) throws Exception;

    /** Sends a request and gives the body of its answer. */
    String request(String topic, String body) throws Exception;

    /** Answers each request in a topic with {@code answer to <body>} until it is closed. */
    AutoCloseable answer(String topic) throws Exception;
}
