package dev.millrace.client.spring;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Message;
import dev.millrace.client.ReceivedMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ReflectionUtils;

/** A method that takes messages, and how they become its arguments. Thread-safe: immutable. */
final class ListenerMethod {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerMethod.class);
    private static final int PARAMETERS_MAX = 2;

    private final Object bean;
    private final Method method;
    private final String name;
    private final List<Parameter> parameters;

    /** How bodies are read. */
    private enum Kind {
        MESSAGE,
        TEXT,
        BYTES,
        OBJECT
    }

    /** One parameter: a payload or a list of them. */
    private record Parameter(Kind kind, Type type, boolean isList) {}

    private ListenerMethod(Object bean, Method method, String name, List<Parameter> parameters) {
        this.bean = bean;
        this.method = method;
        this.name = name;
        this.parameters = parameters;
    }

    /**
     * @param declared the method as it was written
     * @param callable the same on the bean, which may be a proxy
     */
    static ListenerMethod of(Object bean, Method declared, Method callable) {
        String name = nameOf(declared);
        if (Modifier.isStatic(declared.getModifiers()) || Modifier.isPrivate(declared.getModifiers())) {
            throw new SetupException("listener " + name + " is static or private", "make it a method of the bean");
        }
        if (declared.getReturnType() != void.class && declared.getReturnType() != ConsumeResult.class) {
            throw new SetupException(
                    "listener " + name + " returns "
                            + declared.getGenericReturnType().getTypeName(),
                    "return void or ConsumeResult; the message is done when the method returns");
        }
        List<Parameter> parameters = Arrays.stream(declared.getGenericParameterTypes())
                .map(type -> parameter(name, type))
                .toList();
        checkTogether(name, parameters);
        ReflectionUtils.makeAccessible(callable);
        return new ListenerMethod(bean, callable, name, parameters);
    }

    /** As in {@code BillingService.onOrder(Order)}. */
    private static String nameOf(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Parameter parameter(String name, Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return new Parameter(
                    kind(name, generic.getActualTypeArguments()[0]), generic.getActualTypeArguments()[0], true);
        }
        return new Parameter(kind(name, type), type, false);
    }

    private static Kind kind(String name, Type type) {
        if (type == ReceivedMessage.class) {
            return Kind.MESSAGE;
        }
        if (type == String.class) {
            return Kind.TEXT;
        }
        if (type == byte[].class) {
            return Kind.BYTES;
        }
        boolean isObject = type instanceof ParameterizedType
                || type instanceof Class<?> plain && !plain.isPrimitive() && plain != List.class;
        if (!isObject || type == Message.class || type == Object.class) {
            throw new SetupException(
                    "listener " + name + " can't take " + type.getTypeName(),
                    "take ReceivedMessage, String, byte[], a type of your own for JSON, or a List of one of these");
        }
        return Kind.OBJECT;
    }

    private static void checkTogether(String name, List<Parameter> parameters) {
        boolean isPayload = parameters.size() == 1;
        boolean isPayloadWithMessage = parameters.size() == PARAMETERS_MAX
                && parameters.get(0).kind() != Kind.MESSAGE
                && parameters.get(1).kind() == Kind.MESSAGE
                && parameters.get(0).isList() == parameters.get(1).isList();
        if (!isPayload && !isPayloadWithMessage) {
            throw new SetupException(
                    "listener " + name + " has parameters that don't go together",
                    "take one payload, then if needed the ReceivedMessage; either both as a List or none");
        }
    }

    String name() {
        return name;
    }

    /** Whether it takes several messages in one call. */
    boolean isBatch() {
        return parameters.get(0).isList();
    }

    /** Whether it needs a {@link PayloadReader}. */
    boolean takesObjects() {
        return parameters.get(0).kind() == Kind.OBJECT;
    }

    /**
     * Reads the bodies and calls the method; what that throws goes to the caller. In a batch, messages that can't be read
     * come again, and the method gets the others.
     *
     * @param isOrdered whether it must not get what lies behind a message that can't be read
     */
    ConsumeResult call(List<ReceivedMessage> messages, PayloadReader reader, boolean isOrdered) throws Exception {
        Batch batch = read(messages, reader, isOrdered);
        if (batch.readable().isEmpty()) {
            throw batch.unreadable().get(0);
        }
        ConsumeResult result = call(batch);
        if (batch.unreadable().isEmpty()) {
            return result;
        }
        batch.unreadable()
                .forEach(each -> LOG.atWarn()
                        .addKeyValue("topic", messages.get(0).topic())
                        .addKeyValue("error", each.getMessage())
                        .log("a message of a batch can't be read; it comes again"));
        return together(messages, batch, result);
    }

    /** The messages of one call that could be read, their payloads, and why others could not. */
    private record Batch(List<ReceivedMessage> readable, List<Object> payloads, List<ListenerException> unreadable) {}

    private Batch read(List<ReceivedMessage> messages, PayloadReader reader, boolean isOrdered) {
        Batch batch = new Batch(new ArrayList<>(messages.size()), new ArrayList<>(messages.size()), new ArrayList<>());
        for (ReceivedMessage message : messages) {
            try {
                batch.payloads().add(payload(message, parameters.get(0), reader));
                batch.readable().add(message);
            } catch (ListenerException e) {
                batch.unreadable().add(e);
                if (isOrdered) {
                    return batch;
                }
            }
        }
        return batch;
    }

    private ConsumeResult call(Batch batch) throws Exception {
        Object[] arguments = new Object[parameters.size()];
        arguments[0] = isBatch() ? batch.payloads() : batch.payloads().get(0);
        if (arguments.length == PARAMETERS_MAX) {
            arguments[1] = isBatch() ? batch.readable() : batch.readable().get(0);
        }
        Object result = invoke(arguments);
        if (method.getReturnType() == void.class) {
            return ConsumeResult.SUCCESS;
        }
        if (result == null) {
            ReceivedMessage first = batch.readable().get(0);
            LOG.atError()
                    .addKeyValue("topic", first.topic())
                    .addKeyValue("error", "listener " + name + " returned null for message " + first.messageId())
                    .log("a listener must return SUCCESS or RETRY; the messages come again");
            return ConsumeResult.RETRY;
        }
        return (ConsumeResult) result;
    }

    /** What the method said of those it got, and RETRY for the others. */
    private static ConsumeResult together(List<ReceivedMessage> messages, Batch batch, ConsumeResult result) {
        Iterator<ConsumeResult> results =
                result.forMessages(batch.readable().size()).iterator();
        Set<ReceivedMessage> readable = Collections.newSetFromMap(new IdentityHashMap<>());
        readable.addAll(batch.readable());
        return ConsumeResult.each(messages.stream()
                .map(message -> readable.contains(message) ? results.next() : ConsumeResult.RETRY)
                .toList());
    }

    private Object payload(ReceivedMessage message, Parameter parameter, PayloadReader reader) {
        return switch (parameter.kind()) {
            case MESSAGE -> message;
            case TEXT -> new String(message.body(), StandardCharsets.UTF_8);
            case BYTES -> message.body();
            case OBJECT -> object(message, parameter.type(), reader);
        };
    }

    private Object object(ReceivedMessage message, Type type, PayloadReader reader) {
        Object payload;
        try {
            payload = reader.read(message, type);
        } catch (Exception e) {
            throw new ListenerException(
                    unreadable(message, type) + firstLine(e.getMessage()) + "; correct the sender or the type", e);
        }
        if (payload == null) {
            throw new ListenerException(unreadable(message, type) + "it is null; correct the sender");
        }
        return payload;
    }

    private String unreadable(ReceivedMessage message, Type type) {
        return "listener " + name + " can't read the body of message " + message.messageId() + " of topic "
                + message.topic() + " as " + type.getTypeName() + ": ";
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "no reason given" : text.lines().findFirst().orElse("");
    }

    private @Nullable Object invoke(Object[] arguments) throws Exception {
        try {
            return method.invoke(bean, arguments);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getTargetException();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            throw e;
        }
    }
}
