package dev.millrace.broker.filter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes conditions of expressions. Thread-safe: stateless. */
final class FilterCompiler {
    private FilterCompiler() {}

    /** The condition of an expression for which {@link Expression#isCondition} holds. */
    static Condition condition(Expression expression) {
        return switch (expression) {
            case Expression.Test test -> test(test);
            case Expression.Constant constant -> new Condition.Fixed(truth(constant));
            case Expression.Property property -> throw noCondition(property);
            case Expression.Negated negated -> throw noCondition(negated);
        };
    }

    private static Truth truth(Expression.Constant constant) {
        if (constant.value() == null) {
            return Truth.UNKNOWN;
        }
        if (constant.value() instanceof Boolean flag) {
            return Truth.of(flag);
        }
        throw noCondition(constant);
    }

    private static AssertionError noCondition(Expression expression) {
        return new AssertionError("the parser took " + expression + " as a condition");
    }

    private static Condition test(Expression.Test test) {
        return switch (test) {
            case Expression.Alone alone ->
                new Condition.Alone(new PropertyName(alone.property().name()));
            case Expression.Not not -> new Condition.Inverse(condition(not.operand()));
            case Expression.And and -> new Condition.AllOf(conditions(and.operands()));
            case Expression.Or or -> new Condition.AnyOf(conditions(or.operands()));
            case Expression.Ordered ordered -> ordered(ordered);
            case Expression.Equal equal -> equal(equal);
            case Expression.IsNull isNull -> isNull(isNull.operand());
            case Expression.In in ->
                new Condition.OneOf(new PropertyName(in.property().name()), new TextSet(in.texts()), in.isNegated());
            case Expression.Contains contains -> contains(contains);
        };
    }

    private static Condition[] conditions(List<Expression> operands) {
        return operands.stream().map(FilterCompiler::condition).toArray(Condition[]::new);
    }

    private static Condition isNull(Expression operand) {
        return operand instanceof Expression.Property property
                ? new Condition.Absent(new PropertyName(property.name()))
                : new Condition.NoValue(operand(operand));
    }

    private static Condition ordered(Expression.Ordered ordered) {
        Operand left = operand(ordered.left());
        Operand right = operand(ordered.right());
        if (left instanceof Operand.OfProperty property
                && right instanceof Operand.Fixed fixed
                && fixed.constant() instanceof Number number) {
            return new Condition.OrderedToNumber(property.name(), ordered.ordering(), new NumberLiteral(number));
        }
        if (left instanceof Operand.Fixed fixed
                && fixed.constant() instanceof Number number
                && right instanceof Operand.OfProperty property) {
            Ordering mirrored = ordered.ordering().mirrored();
            return new Condition.OrderedToNumber(property.name(), mirrored, new NumberLiteral(number));
        }
        return new Condition.Ordered(ordered.ordering(), left, right);
    }

    private static Condition equal(Expression.Equal equal) {
        Operand left = operand(equal.left());
        Operand right = operand(equal.right());
        Condition any = new Condition.Equal(left, right);
        if (left instanceof Operand.OfProperty property && right instanceof Operand.Fixed fixed) {
            return equal(property.name(), fixed.constant(), Truth.UNKNOWN, any);
        }
        if (left instanceof Operand.Fixed fixed && right instanceof Operand.OfProperty property) {
            return equal(property.name(), fixed.constant(), Truth.FALSE, any);
        }
        return any;
    }

    private static Condition equal(PropertyName name, @Nullable Object constant, Truth ifAbsent, Condition other) {
        if (constant instanceof Number number) {
            return new Condition.EqualToNumber(name, new NumberLiteral(number), ifAbsent);
        }
        return constant instanceof String text
                ? new Condition.EqualToText(name, new TextLiteral(text), ifAbsent)
                : other;
    }

    /** An empty text is looked for in vain, even by NOT. */
    private static Condition contains(Expression.Contains contains) {
        if (contains.text().isEmpty()) {
            return new Condition.Fixed(Truth.FALSE);
        }
        Operand operand = operand(contains.operand());
        if (operand instanceof Operand.OfProperty property) {
            TextLiteral text = new TextLiteral(contains.text());
            return new Condition.Containing(property.name(), text, contains.part(), contains.isNegated());
        }
        return operand instanceof Operand.Fixed fixed && fixed.constant() instanceof String whole
                ? new Condition.Fixed(Truth.of(isIn(whole, contains)))
                : new Condition.NeverAfter(operand);
    }

    private static boolean isIn(String whole, Expression.Contains contains) {
        boolean isIn = switch (contains.part()) {
            case ANYWHERE -> whole.contains(contains.text());
            case START -> whole.startsWith(contains.text());
            case END -> whole.endsWith(contains.text());
        };
        return isIn != contains.isNegated();
    }

    private static Operand operand(Expression expression) {
        return switch (expression) {
            case Expression.Constant constant -> new Operand.Fixed(constant.value());
            case Expression.Property property -> new Operand.OfProperty(new PropertyName(property.name()));
            case Expression.Negated negated -> negated(operand(negated.operand()));
            case Expression.Test test -> new Operand.OfCondition(test(test));
        };
    }

    private static Operand negated(Operand operand) {
        return switch (operand) {
            case Operand.Fixed fixed -> new Operand.Fixed(negated(fixed.constant()));
            case Operand.OfProperty other -> new Operand.Fixed(null);
            case Operand.OfCondition other -> new Operand.NoneAfter(other);
            case Operand.NoneAfter other -> other;
        };
    }

    private static @Nullable Object negated(@Nullable Object constant) {
        if (constant instanceof Integer whole) {
            return -whole;
        }
        if (constant instanceof Long whole) {
            return -whole;
        }
        return constant instanceof Double decimal ? -decimal : null;
    }
}
