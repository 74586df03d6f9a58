package dev.millrace.client;

/**
 * Which messages of a topic a consumer wants.
 *
 * @param expression {@code *} for all, tags as {@code a || b}, or SQL-92
 */
public record Filter(Type type, String expression) {
    /** All messages. */
    public static final Filter ALL = new Filter(Type.TAG, "*");

    /** How the expression is read. */
    public enum Type {
        TAG,
        SQL92
    }

    public Filter {
        expression = expression.isBlank() ? "*" : expression.trim();
    }

    /** Messages with one of these tags, written {@code a || b}. */
    public static Filter tags(String expression) {
        return new Filter(Type.TAG, expression);
    }

    /** Messages whose properties fulfil this condition. */
    public static Filter sql(String expression) {
        return new Filter(Type.SQL92, expression);
    }

    public boolean isAll() {
        return type == Type.TAG && expression.equals("*");
    }
}
