package dev.millrace.e2e.filter;

import dev.millrace.e2e.servers.Jars;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The filters of Apache's broker, from its published jars. Owner: the test that opened it. */
final class ApacheFilters implements AutoCloseable {
    private static final String PACKAGE = "org.apache.rocketmq.filter.";

    private final URLClassLoader loader;
    private final Method parse;
    private final Method evaluate;
    private final Class<?> contextType;

    private ApacheFilters(URLClassLoader loader) throws ReflectiveOperationException {
        this.loader = loader;
        this.contextType = loader.loadClass(PACKAGE + "expression.EvaluationContext");
        this.parse = loader.loadClass(PACKAGE + "parser.SelectorParser").getMethod("parse", String.class);
        this.evaluate = loader.loadClass(PACKAGE + "expression.Expression").getMethod("evaluate", contextType);
    }

    static ApacheFilters open() throws IOException, ReflectiveOperationException {
        try (Stream<Path> files = Files.list(Jars.ofApacheServers())) {
            URL[] jars = files.map(ApacheFilters::url).toArray(URL[]::new);
            return new ApacheFilters(new URLClassLoader("apache", jars, ClassLoader.getPlatformClassLoader()));
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty if the expression is refused. */
    Optional<PropertyFilter> compile(String expression) throws IllegalAccessException {
        try {
            Object compiled = parse.invoke(null, expression);
            return Optional.of(properties -> isTrue(compiled, properties));
        } catch (InvocationTargetException e) {
            return Optional.empty();
        }
    }

    /** As the broker does: what fails does not match. */
    private boolean isTrue(Object compiled, Map<String, String> properties) {
        Object context = Proxy.newProxyInstance(
                loader,
                new Class<?>[] {contextType},
                (proxy, method, arguments) -> method.getName().equals("get") ? properties.get(arguments[0]) : null);
        try {
            return Boolean.TRUE.equals(evaluate.invoke(compiled, context));
        } catch (InvocationTargetException e) {
            return false;
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
