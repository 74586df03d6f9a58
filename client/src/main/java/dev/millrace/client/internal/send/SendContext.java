package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.internal.message.Preparation;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.reply.Requester;
import dev.millrace.client.internal.route.RouteCache;
import java.util.function.BooleanSupplier;

/**
 * What all sends of a producer share.
 *
 * @param later runs something on the timer thread
 * @param isClientThread whether the calling thread must not wait
 */
public record SendContext(
        Requests requests,
        RouteCache routes,
        Preparation preparation,
        ClientClock clock,
        Later later,
        BooleanSupplier isClientThread,
        Requester requester,
        SendTrace trace) {
    /** @throws ClientException on a client thread: it would wait for itself */
    void checkMayWait() {
        if (isClientThread.getAsBoolean()) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "send waits for an answer that this very client thread has to read; call sendAsync in callbacks");
        }
    }

    /**
     * Waits until the topic's route is known, unless on a client thread: so the first messages keep their order. Whoever
     * sends then meets the failure again, if there was one.
     */
    void awaitRoute(String topic, long timeoutMs) {
        if (routes.known(topic) == null && !isClientThread.getAsBoolean()) {
            try {
                Faults.await(routes.view(topic), timeoutMs, "looking for the route of topic " + topic);
            } catch (ClientException e) {
                if (e.code() == ErrorCode.INTERRUPTED) {
                    throw e;
                }
            }
        }
    }
}
