package dev.millrace.crds.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The shape of a text, or of each text in a list or map. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT})
public @interface Text {
    /** Longest text, in characters. */
    int max();

    int min() default 0;

    /** A regular expression for the whole text; empty for none. */
    String pattern() default "";

    /** What the pattern means, for the error message. */
    String shape() default "";
}
