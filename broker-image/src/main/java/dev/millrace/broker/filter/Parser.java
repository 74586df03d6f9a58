package dev.millrace.broker.filter;

import dev.millrace.broker.filter.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an expression by recursive descent, from the loosest to the tightest operator:
 *
 * <pre>
 * or         = and { OR and }
 * and        = equality { AND equality }
 * equality   = comparison { ("=" | "&lt;&gt;") comparison | IS [NOT] NULL }
 * comparison = unary { ("&lt;" | "&lt;=" | "&gt;" | "&gt;=") unary
 *                    | [NOT] BETWEEN unary AND unary
 *                    | [NOT] IN "(" text { "," text } ")"
 *                    | [NOT] (CONTAINS | STARTSWITH | ENDSWITH) text }
 * unary      = ("+" | "-" | NOT) unary | primary
 * primary    = text | number | TRUE | FALSE | NULL | name | "(" or ")"
 * </pre>
 *
 * NOT binds tightly: {@code NOT a = 1} is {@code (NOT a) = 1}. Source: docs/protocol.md, section "SQL92 filters".
 *
 * <p>Owner: the caller, for one expression.
 */
final class Parser {
    /** UTF-16 characters of an expression. */
    static final int LENGTH_MAX = 32_768;
    /** Parentheses and signs inside each other, so that no expression overflows a stack. */
    static final int DEPTH_MAX = 100;
    /** Comparisons that take the result of another one, as in {@code a = 1 = TRUE}. */
    static final int CHAINED_MAX = 50;
    /** Comparisons of an expression, each of which may look at every property of a message. */
    static final int TERMS_MAX = 512;
    /** Texts of one IN. */
    static final int TEXTS_MAX = 4096;

    private static final String VALUE = "a property name, a number, a text in single quotes or '('";

    private final List<Token> tokens;
    private int at;
    private int depth;
    private int chained;
    private int terms;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** The whole text as one condition. */
    static Expression parse(String text) throws ExpressionException {
        if (text.isBlank()) {
            throw new ExpressionException(1, "the expression is empty; write a condition, such as a > 1");
        }
        if (text.length() > LENGTH_MAX) {
            throw new ExpressionException(
                    LENGTH_MAX + 1,
                    "the expression has " + text.length() + " characters, at most " + LENGTH_MAX
                            + " are allowed; shorten it");
        }
        Parser parser = new Parser(Lexer.tokens(text));
        Token first = parser.present();
        Expression expression = parser.or();
        Token rest = parser.present();
        if (rest.kind() != Kind.END) {
            throw fault(
                    rest,
                    rest.shown() + " stands where a comparison, AND, OR or the end is expected" + remedyOfRest(rest));
        }
        return parser.condition(expression, first);
    }

    private static String remedyOfRest(Token rest) {
        return switch (rest.kind()) {
            case CLOSE -> "; it has no '('";
            case MINUS -> "; there is no arithmetic, and a comment after -- needs a line end";
            case NAME ->
                rest.text().equalsIgnoreCase("LIKE")
                        ? "; there is no LIKE: use STARTSWITH, ENDSWITH or CONTAINS"
                        : "; join conditions by AND or OR";
            default -> "; join conditions by AND or OR";
        };
    }

    private Expression or() throws ExpressionException {
        Token first = present();
        Expression left = and();
        if (present().kind() != Kind.OR) {
            return left;
        }
        List<Expression> operands = new ArrayList<>();
        operands.add(condition(left, first));
        while (skip(Kind.OR)) {
            Token start = present();
            operands.add(condition(and(), start));
        }
        return new Expression.Or(operands);
    }

    private Expression and() throws ExpressionException {
        Token first = present();
        Expression left = equality();
        if (present().kind() != Kind.AND) {
            return left;
        }
        List<Expression> operands = new ArrayList<>();
        operands.add(condition(left, first));
        while (skip(Kind.AND)) {
            Token start = present();
            operands.add(condition(equality(), start));
        }
        return new Expression.And(operands);
    }

    private Expression equality() throws ExpressionException {
        Expression left = comparison();
        for (int count = 0; ; count++) {
            Token operator = present();
            switch (operator.kind()) {
                case EQUAL, NOT_EQUAL -> {
                    take(operator, count);
                    Expression equal = equal(operator, left, comparison());
                    left = operator.kind() == Kind.EQUAL ? equal : new Expression.Not(equal);
                }
                case IS -> {
                    take(operator, count);
                    boolean isNegated = skip(Kind.NOT);
                    expect(Kind.NULL, isNegated ? "NULL" : "NULL or NOT NULL");
                    Expression isNull = new Expression.IsNull(left);
                    left = isNegated ? new Expression.Not(isNull) : isNull;
                }
                default -> {
                    return left;
                }
            }
        }
    }

    private Expression comparison() throws ExpressionException {
        Expression left = unary();
        for (int count = 0; ; count++) {
            Token operator = present();
            boolean isNegated = operator.kind() == Kind.NOT;
            if (isNegated) {
                at++;
            }
            Expression next = compared(left, present(), isNegated, count);
            if (next == null && isNegated) {
                throw expected("BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH");
            }
            if (next == null) {
                return left;
            }
            left = next;
        }
    }

    /** The comparison that an operator starts, or null if it starts none. */
    private @Nullable Expression compared(Expression left, Token operator, boolean isNegated, int count)
            throws ExpressionException {
        switch (operator.kind()) {
            case BETWEEN -> {
                take(operator, count);
                return between(operator, left, isNegated);
            }
            case IN -> {
                take(operator, count);
                return in(operator, left, isNegated);
            }
            case CONTAINS, STARTSWITH, ENDSWITH -> {
                take(operator, count);
                String text = expect(Kind.TEXT, "a text in single quotes").text();
                return new Expression.Contains(part(operator.kind()), left, text, isNegated);
            }
            default -> {
                Ordering ordering = isNegated ? null : ordering(operator.kind());
                if (ordering == null) {
                    return null;
                }
                take(operator, count);
                return ordered(operator, ordering, left, unary());
            }
        }
    }

    private static @Nullable Ordering ordering(Kind kind) {
        return switch (kind) {
            case LESS -> Ordering.LESS;
            case LESS_OR_EQUAL -> Ordering.LESS_OR_EQUAL;
            case GREATER -> Ordering.GREATER;
            case GREATER_OR_EQUAL -> Ordering.GREATER_OR_EQUAL;
            default -> null;
        };
    }

    private static Expression.Part part(Kind kind) {
        return switch (kind) {
            case STARTSWITH -> Expression.Part.START;
            case ENDSWITH -> Expression.Part.END;
            default -> Expression.Part.ANYWHERE;
        };
    }

    private Expression between(Token operator, Expression value, boolean isNegated) throws ExpressionException {
        Expression low = unary();
        expect(Kind.AND, "AND and the upper end of BETWEEN");
        Expression high = unary();
        terms++;
        if (isNegated) {
            return new Expression.Or(List.of(
                    ordered(operator, Ordering.LESS, value, low), ordered(operator, Ordering.GREATER, value, high)));
        }
        List<Expression> both = List.of(
                ordered(operator, Ordering.GREATER_OR_EQUAL, value, low),
                ordered(operator, Ordering.LESS_OR_EQUAL, value, high));
        if (low instanceof Expression.Constant from
                && high instanceof Expression.Constant to
                && from.value() != null
                && to.value() != null
                && Values.compare(from.value(), to.value()) > 0) {
            throw fault(
                    operator,
                    "BETWEEN " + from.value() + " AND " + to.value() + " holds for nothing; exchange its ends");
        }
        return new Expression.And(both);
    }

    private Expression in(Token operator, Expression left, boolean isNegated) throws ExpressionException {
        if (!(left instanceof Expression.Property property)) {
            throw fault(operator, "IN compares a property only; write its name before IN, and NOT behind the name");
        }
        expect(Kind.OPEN, "'(' and texts in single quotes");
        List<String> texts = new ArrayList<>();
        do {
            if (texts.size() == TEXTS_MAX) {
                throw fault(present(), "IN has more than " + TEXTS_MAX + " texts; join several IN by OR");
            }
            texts.add(expect(Kind.TEXT, "a text in single quotes (IN takes no numbers)")
                    .text());
        } while (skip(Kind.COMMA));
        expect(Kind.CLOSE, "',' or ')'");
        return new Expression.In(property, texts, isNegated);
    }

    private Expression unary() throws ExpressionException {
        Token first = present();
        return switch (first.kind()) {
            case PLUS -> {
                enter(first);
                Expression operand = unary();
                depth--;
                yield operand;
            }
            case MINUS -> {
                enter(first);
                Expression operand = unary();
                depth--;
                yield new Expression.Negated(operand);
            }
            case NOT -> {
                enter(first);
                Token start = present();
                Expression operand = condition(unary(), start);
                depth--;
                yield new Expression.Not(operand);
            }
            default -> primary(first);
        };
    }

    private Expression primary(Token first) throws ExpressionException {
        at++;
        return switch (first.kind()) {
            case NAME -> new Expression.Property(first.text());
            case TEXT -> new Expression.Constant(first.text());
            case WHOLE_NUMBER -> new Expression.Constant(whole(first));
            case DECIMAL_NUMBER -> new Expression.Constant(decimal(first));
            case TRUE -> new Expression.Constant(Boolean.TRUE);
            case FALSE -> new Expression.Constant(Boolean.FALSE);
            case NULL -> new Expression.Constant(null);
            case OPEN -> {
                at--;
                enter(first);
                Expression inner = or();
                expect(Kind.CLOSE, "')', a comparison, AND or OR");
                depth--;
                yield inner;
            }
            default -> {
                at--;
                throw expected(VALUE);
            }
        };
    }

    /** An Integer where it fits, as this decides how texts are compared with it. */
    private static Number whole(Token token) throws ExpressionException {
        String text = token.text();
        String digits = text.endsWith("l") || text.endsWith("L") ? text.substring(0, text.length() - 1) : text;
        try {
            long value = Long.parseLong(digits);
            if (value == (int) value) {
                return (int) value;
            }
            return value;
        } catch (NumberFormatException e) {
            throw fault(
                    token,
                    "the number " + token.shown() + " is above " + Long.MAX_VALUE
                            + "; write it with a decimal point, or compare texts by =");
        }
    }

    private static Double decimal(Token token) throws ExpressionException {
        double value = Double.parseDouble(token.text());
        boolean isTooSmall = value == 0 && token.text().split("[eE]", 2)[0].matches(".*[1-9].*");
        if (Double.isInfinite(value) || isTooSmall) {
            throw fault(
                    token,
                    "the number " + token.shown() + " is outside " + Double.MIN_VALUE + " to " + Double.MAX_VALUE
                            + "; write one inside");
        }
        return value;
    }

    private static Expression ordered(Token operator, Ordering ordering, Expression left, Expression right)
            throws ExpressionException {
        checkOrdered(operator, left);
        checkOrdered(operator, right);
        return new Expression.Ordered(ordering, left, right);
    }

    private static void checkOrdered(Token operator, Expression operand) throws ExpressionException {
        boolean isNumber = operand instanceof Expression.Constant constant && constant.value() instanceof Number;
        if (!isNumber && (operand.isCondition() || operand instanceof Expression.Constant)) {
            throw fault(
                    operator,
                    operator.shown()
                            + " compares numbers and properties only, not texts, TRUE, FALSE, NULL or conditions;"
                            + " compare texts by = or <>, and put what NOT is for in parentheses");
        }
    }

    private static Expression equal(Token operator, Expression left, Expression right) throws ExpressionException {
        if (isNull(left) || isNull(right)) {
            throw fault(operator, operator.shown() + " cannot compare with NULL; write IS NULL or IS NOT NULL");
        }
        if (left instanceof Expression.Constant constant
                && constant.value() instanceof Boolean flag
                && right instanceof Expression.Constant
                && !right.isCondition()) {
            throw fault(operator, flag + " is never equal to a number or a text; name a property on one side");
        }
        return new Expression.Equal(left, right);
    }

    private static boolean isNull(Expression operand) {
        return operand instanceof Expression.Constant constant && constant.value() == null;
    }

    private Expression condition(Expression expression, Token first) throws ExpressionException {
        if (expression.isCondition()) {
            return expression;
        }
        if (expression instanceof Expression.Property property) {
            countTerm(first);
            return new Expression.Alone(property);
        }
        throw fault(first, first.shown() + " starts a value where a condition is expected; compare it with something");
    }

    private Token present() {
        return tokens.get(at);
    }

    private boolean skip(Kind kind) {
        boolean isThere = present().kind() == kind;
        if (isThere) {
            at++;
        }
        return isThere;
    }

    private Token expect(Kind kind, String what) throws ExpressionException {
        Token token = present();
        if (!skip(kind)) {
            throw expected(what);
        }
        return token;
    }

    private ExpressionException expected(String what) {
        return fault(present(), present().shown() + " stands where " + what + " is expected");
    }

    private static ExpressionException fault(Token token, String what) {
        return new ExpressionException(token.column(), what);
    }

    private void enter(Token token) throws ExpressionException {
        at++;
        if (++depth > DEPTH_MAX) {
            throw fault(token, "more than " + DEPTH_MAX + " parentheses and signs inside each other; take some out");
        }
    }

    /** Takes a comparison's operator. */
    private void take(Token operator, int countBefore) throws ExpressionException {
        at++;
        countTerm(operator);
        if (countBefore > 0 && ++chained > CHAINED_MAX) {
            throw fault(operator, "more than " + CHAINED_MAX + " comparisons of comparisons; join them by AND or OR");
        }
    }

    private void countTerm(Token token) throws ExpressionException {
        if (++terms > TERMS_MAX) {
            throw fault(
                    token, "more than " + TERMS_MAX + " comparisons; use IN ('a', 'b') in place of a = 'a' OR a = 'b'");
        }
    }
}
