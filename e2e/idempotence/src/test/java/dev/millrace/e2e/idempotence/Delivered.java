package dev.millrace.e2e.idempotence;

import dev.millrace.client.ReceivedMessage;
import java.lang.reflect.Proxy;
import java.util.Optional;

/** Deliveries that know the unique id of their message and nothing else. */
final class Delivered {
    private Delivered() {}

    static ReceivedMessage message(String uniqueId) {
        return (ReceivedMessage) Proxy.newProxyInstance(
                Delivered.class.getClassLoader(),
                new Class<?>[] {ReceivedMessage.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "property" -> Optional.of(uniqueId);
                    case "messageId" -> uniqueId;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
