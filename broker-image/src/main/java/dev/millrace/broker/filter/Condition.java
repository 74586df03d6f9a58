package dev.millrace.broker.filter;

import java.nio.ByteBuffer;

/**
 * A compiled condition. The usual comparisons of a property with a constant allocate nothing; what is left goes through
 * {@link Operand}s.
 *
 * <p>Thread-safe: immutable.
 */
// hot path
sealed interface Condition {
    /**
     * Judges a message.
     *
     * @param record big endian; read by index only
     * @param start index of the first properties byte
     * @param end index behind the last one
     */
    Truth test(ByteBuffer record, int start, int end);

    /** Always the same. */
    record Fixed(Truth truth) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            return truth;
        }
    }

    /** Looks at its parts in turn until one is false or fails. */
    @SuppressWarnings("ArrayRecordComponent") // a loop over an array; never compared
    record AllOf(Condition[] parts) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            Truth all = Truth.TRUE;
            for (Condition part : parts) {
                Truth truth = part.test(record, start, end);
                if (truth == Truth.FALSE || truth == Truth.FAILED) {
                    return truth;
                }
                if (truth == Truth.UNKNOWN) {
                    all = Truth.UNKNOWN;
                }
            }
            return all;
        }
    }

    /** Looks at its parts in turn until one is true or fails. */
    @SuppressWarnings("ArrayRecordComponent") // a loop over an array; never compared
    record AnyOf(Condition[] parts) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            Truth any = Truth.FALSE;
            for (Condition part : parts) {
                Truth truth = part.test(record, start, end);
                if (truth == Truth.TRUE || truth == Truth.FAILED) {
                    return truth;
                }
                if (truth == Truth.UNKNOWN) {
                    any = Truth.UNKNOWN;
                }
            }
            return any;
        }
    }

    record Inverse(Condition condition) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            return condition.test(record, start, end).inverse();
        }
    }

    /** Whether a property is absent. */
    record Absent(PropertyName name) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            return Truth.of(name.find(record, start, end) == PropertyName.ABSENT);
        }
    }

    /** A property alone: a text is never true. */
    record Alone(PropertyName name) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            return name.find(record, start, end) == PropertyName.ABSENT ? Truth.UNKNOWN : Truth.FALSE;
        }
    }

    record OrderedToNumber(PropertyName name, Ordering ordering, NumberLiteral number) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            if (found == PropertyName.ABSENT) {
                return Truth.UNKNOWN;
            }
            int comparison = number.compareValue(record, found);
            return comparison == Values.FAILED ? Truth.FAILED : Truth.of(ordering.holds(comparison));
        }
    }

    /** @param ifAbsent depends on the side on which the property stands */
    record EqualToNumber(PropertyName name, NumberLiteral number, Truth ifAbsent) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            if (found == PropertyName.ABSENT) {
                return ifAbsent;
            }
            int comparison = number.compareValue(record, found);
            return comparison == Values.FAILED ? Truth.FAILED : Truth.of(comparison == 0);
        }
    }

    /** @param ifAbsent depends on the side on which the property stands */
    record EqualToText(PropertyName name, TextLiteral text, Truth ifAbsent) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            return found == PropertyName.ABSENT ? ifAbsent : Truth.of(text.equalsValue(record, found));
        }
    }

    record OneOf(PropertyName name, TextSet texts, boolean isNegated) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            return found == PropertyName.ABSENT
                    ? Truth.UNKNOWN
                    : Truth.of(texts.containsValue(record, found) != isNegated);
        }
    }

    record Containing(PropertyName name, TextLiteral text, Expression.Part part, boolean isNegated)
            implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            long found = name.find(record, start, end);
            return Truth.of(found != PropertyName.ABSENT && text.isIn(record, found, part) != isNegated);
        }
    }

    /** Equality of any two operands; two that are absent are equal. */
    record Equal(Operand left, Operand right) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            Object leftValue = left.value(record, start, end);
            Object rightValue = Operand.FAILED.equals(leftValue) ? null : right.value(record, start, end);
            if (Operand.FAILED.equals(leftValue) || Operand.FAILED.equals(rightValue)) {
                return Truth.FAILED;
            }
            if (leftValue == null) {
                return rightValue == null ? Truth.TRUE : Truth.UNKNOWN;
            }
            if (rightValue == null) {
                return Truth.FALSE;
            }
            int comparison = Values.compare(leftValue, rightValue);
            return comparison == Values.FAILED ? Truth.FAILED : Truth.of(comparison == 0);
        }
    }

    /** Comparison by size of any two operands. */
    record Ordered(Ordering ordering, Operand left, Operand right) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            Object leftValue = left.value(record, start, end);
            if (leftValue == null) {
                return Truth.UNKNOWN;
            }
            Object rightValue = Operand.FAILED.equals(leftValue) ? null : right.value(record, start, end);
            if (Operand.FAILED.equals(leftValue) || Operand.FAILED.equals(rightValue)) {
                return Truth.FAILED;
            }
            if (rightValue == null) {
                return Truth.UNKNOWN;
            }
            int comparison = Values.compareBySize(leftValue, rightValue);
            return comparison == Values.FAILED ? Truth.FAILED : Truth.of(ordering.holds(comparison));
        }
    }

    /** Whether any operand has no value. */
    record NoValue(Operand operand) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            Object value = operand.value(record, start, end);
            return Operand.FAILED.equals(value) ? Truth.FAILED : Truth.of(value == null);
        }
    }

    /** False, or a failure of the operand: a text looked for in what is no property. */
    record NeverAfter(Operand operand) implements Condition {
        @Override
        public Truth test(ByteBuffer record, int start, int end) {
            return Operand.FAILED.equals(operand.value(record, start, end)) ? Truth.FAILED : Truth.FALSE;
        }
    }
}
