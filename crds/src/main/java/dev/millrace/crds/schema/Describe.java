package dev.millrace.crds.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a field means to the person who writes it: the sentence that ends up in {@code kubectl explain}. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT})
public @interface Describe {
    String value();

    /** What the number counts or how the text is spelled; empty where the sentence says it. */
    String unit() default "";

    Effect effect() default Effect.HOT;
}
