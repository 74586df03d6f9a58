package dev.millrace.client.spring;

import dev.millrace.client.Filter;
import dev.millrace.client.StartFrom;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls the method of a bean with the messages of a topic, from when the application is ready until it stops.
 *
 * <pre>{@code
 * @MillraceListener(topic = "orders", group = "billing")
 * void onOrder(Order order) { … }
 * }</pre>
 *
 * <p>The first parameter says how the body is read: {@code ReceivedMessage}, {@code byte[]}, {@code String} (UTF-8), or
 * any other type (JSON, with the application's mapper). A {@code List} of one of these gets several messages at once. A second
 * parameter {@code ReceivedMessage}, or a {@code List} of them, gets the messages themselves.
 *
 * <p>When the method returns, the messages are done, unless it returns a {@code ConsumeResult} that says otherwise. If it
 * throws, they are delivered again. A message whose body can't be read is delivered again too, and in the end a dead letter; a
 * batch goes on without it. With several threads the method is called by all of them at once.
 *
 * <p>All texts may hold placeholders, as in {@code group = "${billing.group}"}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface MillraceListener {
    /** One topic or several. */
    String[] topic();

    /** Consumer group; its members share the messages. An application has one listener for a group. */
    String group();

    /** Which messages, by default all: tags as {@code "paid || refunded"}, or SQL-92 with {@link #filterType}. */
    String filter() default "*";

    /** How {@link #filter} is read. */
    Filter.Type filterType() default Filter.Type.TAG;

    /** Messages of one queue one after the other, in their order; one that fails holds up those behind it. */
    boolean ordered() default false;

    /** Calls of the method at one time, a number; by default {@code millrace.listener.threads}. */
    String threads() default "";

    /** Messages of one call at most, a number; 32 by default. For methods that take a {@code List}. */
    String batchMax() default "";

    /** Deliveries of a message before it becomes a dead letter, a number; by default what the group's definition says. */
    String attemptsMax() default "";

    /** Where a group begins that has never read the topic; at its end by default. */
    StartFrom.Kind startFrom() default StartFrom.Kind.LAST;

    /**
     * Name of the {@code IdempotenceStore} bean that lets the method's effect happen once, though messages may come several
     * times; by default none.
     */
    String idempotentBy() default "";

    /** Which deliveries are the same message. */
    Identity identity() default Identity.UNIQUE_ID;

    /** What {@link #idempotentBy} remembers of a message. */
    enum Identity {
        /** The id that the producer gave: the same for all deliveries of one send. */
        UNIQUE_ID,
        /** Topic and first key: the same also for a second send. */
        MESSAGE_KEY
    }
}
