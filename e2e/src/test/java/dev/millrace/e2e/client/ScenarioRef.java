package dev.millrace.e2e.client;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A scenario by name: a public method of a scenario class that takes an {@link Environment}. Thread-safe: immutable.
 *
 * @param className the class, to be defined by the {@link ClientLoader} it runs in
 * @param method the method
 */
public record ScenarioRef(String className, String method) {

    /** Lists the scenarios of {@code classes}, sorted by name within a class, without initialising anything. */
    public static List<ScenarioRef> of(Class<?>... classes) {
        return Arrays.stream(classes).flatMap(ScenarioRef::scenarios).toList();
    }

    private static Stream<ScenarioRef> scenarios(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> Arrays.equals(method.getParameterTypes(), new Class<?>[] {Environment.class}))
                .map(method -> new ScenarioRef(type.getName(), method.getName()))
                .sorted(Comparator.comparing(ScenarioRef::method));
    }

    /**
     * Runs the scenario on the client of {@code loader} and writes down its {@link Outcome}; throws what the scenario
     * throws, except {@link NotPossible}.
     */
    public void run(ClientLoader loader, Environment environment) throws Exception {
        try {
            invoke(loader, environment);
            Outcome.of(this, loader.header(), environment, null).write();
        } catch (NotPossible e) {
            Outcome.of(this, loader.header(), environment, e).write();
        } catch (Exception | Error e) {
            Outcome.of(this, loader.header(), environment, e).write();
            throw e;
        }
    }

    private void invoke(ClientLoader loader, Environment environment) throws Exception {
        Class<?> type = Class.forName(className, true, loader);
        Object scenario = type.getDeclaredConstructor().newInstance();
        Method scenarioMethod = type.getMethod(method, Environment.class);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            scenarioMethod.invoke(scenario, environment);
        } catch (InvocationTargetException e) {
            throw unwrap(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Exception unwrap(InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof Exception cause ? cause : e;
    }

    @Override
    public String toString() {
        return className.substring(className.lastIndexOf('.') + 1) + "." + method;
    }
}
