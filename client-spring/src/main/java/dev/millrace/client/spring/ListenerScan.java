package dev.millrace.client.spring;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** Finds the listener methods of all beans. Owner: the thread that starts the application context. */
final class ListenerScan {
    private final ConfigurableListableBeanFactory beans;
    private final int usualThreads;

    /** A method and what its annotation says. */
    record Endpoint(ListenerSettings settings, ListenerMethod method) {}

    ListenerScan(ConfigurableListableBeanFactory beans, int usualThreads) {
        this.beans = beans;
        this.usualThreads = usualThreads;
    }

    List<Endpoint> find() {
        List<Endpoint> found = new ArrayList<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = ScopedProxyUtils.isScopedTarget(name) ? null : typeOf(name);
            if (type != null && AnnotationUtils.isCandidateClass(type, MillraceListener.class)) {
                methodsOf(type).forEach((method, listener) -> found.add(endpoint(name, method, listener)));
            }
        }
        return found;
    }

    private @Nullable Class<?> typeOf(String bean) {
        Class<?> target = AutoProxyUtils.determineTargetClass(beans, bean);
        return target == null ? beans.getType(bean, false) : target;
    }

    private static Map<Method, MillraceListener> methodsOf(Class<?> type) {
        MethodIntrospector.MetadataLookup<MillraceListener> lookup =
                method -> AnnotatedElementUtils.findMergedAnnotation(method, MillraceListener.class);
        return MethodIntrospector.selectMethods(type, lookup);
    }

    private Endpoint endpoint(String beanName, Method declared, MillraceListener listener) {
        if (!beans.isSingleton(beanName)) {
            throw new SetupException(
                    "bean " + beanName + " with listener " + declared.getName() + " is no singleton",
                    "take its scope away: one object gets all messages");
        }
        Object bean = beans.getBean(beanName);
        ListenerMethod method = ListenerMethod.of(bean, declared, callable(declared, bean));
        UnaryOperator<String> resolver = text -> Objects.requireNonNullElse(beans.resolveEmbeddedValue(text), "");
        return new Endpoint(ListenerSettings.of(listener, method, resolver, usualThreads), method);
    }

    private static Method callable(Method declared, Object bean) {
        try {
            return AopUtils.selectInvocableMethod(declared, bean.getClass());
        } catch (IllegalStateException e) {
            throw new SetupException(
                    "listener " + declared.getName() + " of "
                            + declared.getDeclaringClass().getSimpleName()
                            + " can't be called: the bean is a proxy without that method",
                    "put the method into the bean's interface, or let Spring proxy the class",
                    e);
        }
    }
}
