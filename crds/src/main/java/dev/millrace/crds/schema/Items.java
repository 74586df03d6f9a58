package dev.millrace.crds.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How many entries a list or map may have, and what makes two entries of a list the same. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT})
public @interface Items {
    int max();

    int min() default 0;

    /** Entries of a list must differ in this field; empty for no such rule. */
    String key() default "";

    /** Entries of a list of texts must differ. */
    boolean distinct() default false;
}
