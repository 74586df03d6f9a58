package dev.millrace.broker.filter;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A side of a rare comparison; its values are objects, as {@link Values} takes them. Thread-safe: immutable. */
sealed interface Operand {
    /** In place of a value, after a condition that failed. */
    Object FAILED = Truth.FAILED;

    /** The value, null if there is none, or {@link #FAILED}. */
    @Nullable
    Object value(ByteBuffer record, int start, int end);

    /** Always the same. */
    record Fixed(@Nullable Object constant) implements Operand {
        @Override
        public @Nullable Object value(ByteBuffer record, int start, int end) {
            return constant;
        }
    }

    /** The text of a property. */
    record OfProperty(PropertyName name) implements Operand {
        @Override
        public @Nullable Object value(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            return found == PropertyName.ABSENT ? null : PropertyName.text(record, found);
        }
    }

    /** What a condition says. */
    record OfCondition(Condition condition) implements Operand {
        @Override
        public @Nullable Object value(ByteBuffer record, int start, int end) {
            return switch (condition.test(record, start, end)) {
                case TRUE -> Boolean.TRUE;
                case FALSE -> Boolean.FALSE;
                case UNKNOWN -> null;
                case FAILED -> FAILED;
            };
        }
    }

    /** No value, but fails where another operand does. */
    record NoneAfter(Operand other) implements Operand {
        @Override
        public @Nullable Object value(ByteBuffer record, int start, int end) {
            return FAILED.equals(other.value(record, start, end)) ? FAILED : null;
        }
    }
}
