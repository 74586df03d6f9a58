package dev.millrace.protocol.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one setting; stands on a component of a configuration record.
 *
 * <p>The component's type decides how the text is read: {@code int}, {@code long}, {@code double}, {@code boolean},
 * {@code String}, {@link java.time.Duration} ({@code 500ms}, {@code 3s}, {@code 2m}, {@code 72h}), {@link ByteSize}
 * ({@code 64KiB}, {@code 1GiB}), {@link java.nio.file.Path}, an enum by name, or {@code List<String>} separated by
 * {@code ;}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** Stands in {@link #defaultValue} of a setting that must be given. */
    String REQUIRED = "<required>";

    /** Dotted kebab-case, with the unit in the name if the type carries none: {@code store.flush.interval}. */
    String key();

    /** The default as it would be written in the file. Say why beside it. */
    String defaultValue();

    Change change();

    /** One or two sentences for docs/configuration.md: what it does, what happens at its limits. */
    String description();

    /** The smallest accepted value, written as in the file; empty for none. */
    String min() default "";

    /** The largest accepted value, written as in the file; empty for none. */
    String max() default "";
}
