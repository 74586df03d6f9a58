package dev.millrace.e2e.client;

import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/** A published client that sends and receives messages with a delivery time. Owner: the test that made it. */
public interface TimedPeer extends AutoCloseable {

    /**
     * A message that was received.
     *
     * @param number its body
     * @param place queue id and queue offset
     * @param storeMs when the broker stored it where it was received
     */
    record Delivery(int number, String place, long storeMs) {}

    /** Opens the peer that lives in {@code loader}. */
    static TimedPeer of(ClientLoader loader, Environment environment) throws ReflectiveOperationException {
        return Class.forName("dev.millrace.e2e.scenario.RocketMqTimedPeer", true, loader)
                .asSubclass(TimedPeer.class)
                .getConstructor(Environment.class)
                .newInstance(environment);
    }

    /** Sends the numbers from {@code from} on that are below {@code end}, each due at its time; all are acknowledged. */
    void send(String topic, int from, int end, IntToLongFunction dueMs) throws Exception;

    /** Starts to receive what is in the topic; the sink is called on threads of the client. */
    void receive(String topic, Consumer<Delivery> sink) throws Exception;

    @Override
    void close();
}
