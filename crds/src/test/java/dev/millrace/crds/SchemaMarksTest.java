package dev.millrace.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.v1beta1.MessageCluster;
import dev.millrace.crds.v1beta1.Topic;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every field of every kind says what it means. */
class SchemaMarksTest {
    @Test
    void describesEveryField() {
        List<RecordComponent> fields = new ArrayList<>();
        collect(MessageCluster.class, fields, new HashSet<>());
        collect(Topic.class, fields, new HashSet<>());

        assertThat(fields)
                .hasSizeGreaterThan(100)
                .allSatisfy(
                        field -> assertThat(field.getAnnotation(Describe.class).value())
                                .as(field.toString())
                                .isNotBlank());
    }

    private static void collect(Type type, List<RecordComponent> fields, Set<Type> seen) {
        if (type instanceof ParameterizedType made) {
            for (Type argument : made.getActualTypeArguments()) {
                collect(argument, fields, seen);
            }
        } else if (type instanceof Class<?> raw && raw.isRecord() && seen.add(raw)) {
            for (RecordComponent component : raw.getRecordComponents()) {
                fields.add(component);
                collect(component.getGenericType(), fields, seen);
            }
        }
    }
}
