package dev.millrace.crds.schema;

import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Optional;

/** One component of a record, seen as a field of the schema. Thread-safe: immutable. */
record Field(RecordComponent component) {
    String name() {
        return mark(Spelling.class).map(Spelling::value).orElse(component.getName());
    }

    Type type() {
        return component.getGenericType();
    }

    boolean isRequired() {
        return component.isAnnotationPresent(Required.class);
    }

    Optional<String> defaultYaml() {
        return mark(Default.class).map(Default::value);
    }

    <A extends Annotation> Optional<A> mark(Class<A> type) {
        return Optional.ofNullable(component.getAnnotation(type));
    }

    /** The class behind a type, without what it is made of. */
    static Class<?> rawClass(Type type) {
        return type instanceof ParameterizedType made ? (Class<?>) made.getRawType() : (Class<?>) type;
    }

    /** What a list or a map holds. */
    static Type elementType(Type type) {
        var arguments = ((ParameterizedType) type).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }

    static String spelling(Enum<?> constant) {
        try {
            var mark = constant.getDeclaringClass().getField(constant.name()).getAnnotation(Spelling.class);
            return mark == null ? camel(constant.name()) : mark.value();
        } catch (NoSuchFieldException e) {
            throw new AssertionError("enum constant " + constant + " has no field", e);
        }
    }

    private static String camel(String constantName) {
        var text = new StringBuilder();
        for (String word : constantName.split("_", -1)) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return text.toString();
    }
}
