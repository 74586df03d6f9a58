package dev.millrace.e2e.scenario;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Calls what scenarios, compiled against 4.9.8, don't see: classes that moved or came later. Thread-safe: stateless.
 */
final class ByName {

    private ByName() {}

    static Object make(String type) throws Exception {
        return Class.forName(type).getDeclaredConstructor().newInstance();
    }

    static void set(Object target, String name, Object value) throws Exception {
        call(target, "set" + name, value);
    }

    /** Calls the public method of this name that takes these arguments. */
    static Object call(Object target, String name, Object... arguments) throws Exception {
        for (Method method : target.getClass().getMethods()) {
            if (method.getName().equals(name) && takes(method, arguments)) {
                try {
                    return method.invoke(target, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        }
        throw new NoSuchMethodException(target.getClass() + "." + name);
    }

    private static boolean takes(Method method, Object... arguments) {
        Class<?>[] types = method.getParameterTypes();
        boolean fits = types.length == arguments.length;
        for (int i = 0; fits && i < types.length; i++) {
            fits = types[i].isPrimitive() || arguments[i] == null || types[i].isInstance(arguments[i]);
        }
        return fits;
    }
}
