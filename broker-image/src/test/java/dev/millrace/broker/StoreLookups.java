package dev.millrace.broker;

import dev.millrace.store.MessageStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store that notes which thread is the first to look at a record by its position. Thread-safe. */
final class StoreLookups {
    private final ConcurrentHashMap<Long, Boolean> isFirstOnLoop = new ConcurrentHashMap<>();

    MessageStore over(MessageStore store) {
        return (MessageStore) Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("recordAt")) {
                        isFirstOnLoop.putIfAbsent(
                                (Long) arguments[0], !Thread.currentThread().isVirtual());
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /**
     * By position whether the first that looked there was a platform thread, as event loops are; what may block runs on
     * virtual ones.
     */
    Map<Long, Boolean> isFirstOnLoop() {
        return Map.copyOf(isFirstOnLoop);
    }
}
