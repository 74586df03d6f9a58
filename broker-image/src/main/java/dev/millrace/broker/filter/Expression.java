package dev.millrace.broker.filter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter expression as it was written. Thread-safe: immutable. */
sealed interface Expression {
    /** Whether it can only be true, false or unknown. */
    boolean isCondition();

    /** @param value a String, Integer, Long, Double, Boolean, or null for NULL */
    record Constant(@Nullable Object value) implements Expression {
        @Override
        public boolean isCondition() {
            return value == null || value instanceof Boolean;
        }
    }

    /** The value of a property, a text. */
    record Property(String name) implements Expression {
        @Override
        public boolean isCondition() {
            return false;
        }
    }

    /** A minus before a value: of a number its contrary, of anything else NULL. */
    record Negated(Expression operand) implements Expression {
        @Override
        public boolean isCondition() {
            return false;
        }
    }

    /** An expression that can only be true, false or unknown. */
    sealed interface Test extends Expression {
        @Override
        default boolean isCondition() {
            return true;
        }
    }

    /** A property alone where a condition is wanted. */
    record Alone(Property property) implements Test {}

    record Not(Expression operand) implements Test {}

    /** All of at least two operands. */
    record And(List<Expression> operands) implements Test {
        public And {
            operands = List.copyOf(operands);
        }
    }

    /** One of at least two operands. */
    record Or(List<Expression> operands) implements Test {
        public Or {
            operands = List.copyOf(operands);
        }
    }

    record Ordered(Ordering ordering, Expression left, Expression right) implements Test {}

    record Equal(Expression left, Expression right) implements Test {}

    record IsNull(Expression operand) implements Test {}

    record In(Property property, List<String> texts, boolean isNegated) implements Test {
        public In {
            texts = List.copyOf(texts);
        }
    }

    /** Where a text is looked for in a value. */
    enum Part {
        ANYWHERE,
        START,
        END
    }

    record Contains(Part part, Expression operand, String text, boolean isNegated) implements Test {}
}
