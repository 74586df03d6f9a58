package dev.millrace.protocol.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A key that existed once; stands on the configuration record that held it. Using it stops the start with the remedy. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Removed.List.class)
public @interface Removed {
    String key();

    /** The release that removed it. */
    String since();

    /** What to do now: {@code use store.segment-size}. */
    String remedy();

    /** Holds several. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface List {
        Removed[] value();
    }
}
