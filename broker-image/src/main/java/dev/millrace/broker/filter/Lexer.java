package dev.millrace.broker.filter;

import dev.millrace.broker.filter.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits an expression into words. Blanks and comments go: {@code /* ... *}{@code /}, and {@code --} up to the end of
 * its line, which must be there.
 *
 * <p>Owner: the caller, for one expression.
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String source) {
        this.source = source;
    }

    /** The words, and an end behind them. */
    static List<Token> tokens(String source) throws ExpressionException {
        Lexer lexer = new Lexer(source);
        while (lexer.at < source.length()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Kind.END, "", source.length() + 1));
        return lexer.tokens;
    }

    private void next() throws ExpressionException {
        char first = source.charAt(at);
        if (first == ' ' || first == '\t' || first == '\n' || first == '\r' || first == '\f') {
            at++;
        } else if (isLineComment()) {
            at = lineEnd(at) + 1;
        } else if (source.startsWith("/*", at)) {
            int end = source.indexOf("*/", at + 2);
            if (end < 0) {
                throw fault("a comment does not end; close it with */");
            }
            at = end + 2;
        } else if (first == '\'') {
            text();
        } else if (isDigit(at) || (first == '.' && isDigit(at + 1))) {
            number();
        } else if (isNameStart(first)) {
            name();
        } else {
            sign(first);
        }
    }

    private boolean isLineComment() {
        return source.startsWith("--", at) && lineEnd(at) < source.length();
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < source.length() && source.charAt(end) != '\n' && source.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private void text() throws ExpressionException {
        StringBuilder value = new StringBuilder();
        int end = at + 1;
        while (true) {
            int quote = source.indexOf('\'', end);
            if (quote < 0) {
                throw fault("a text does not end; close it with a single quote, and double the quotes inside it");
            }
            value.append(source, end, quote);
            end = quote + 1;
            if (end == source.length() || source.charAt(end) != '\'') {
                break;
            }
            value.append('\'');
            end++;
        }
        tokens.add(new Token(Kind.TEXT, value.toString(), at + 1));
        at = end;
    }

    private void number() {
        int digitsEnd = digitsEnd(at);
        int end = digitsEnd;
        if (isAt(end, '.')) {
            end = digitsEnd(end + 1);
        }
        end = exponentEnd(end);
        if (end > digitsEnd) {
            add(Kind.DECIMAL_NUMBER, end);
            return;
        }
        // A leading 0 is a number of its own, as RocketMQ's brokers read it; what follows it is then refused.
        if (source.charAt(at) == '0') {
            end = at + 1;
        } else if (isAt(end, 'l') || isAt(end, 'L')) {
            end++;
        }
        add(Kind.WHOLE_NUMBER, end);
    }

    /** The end of an exponent that starts at an index, else that index. */
    private int exponentEnd(int start) {
        if (!isAt(start, 'e') && !isAt(start, 'E')) {
            return start;
        }
        int digits = isAt(start + 1, '+') || isAt(start + 1, '-') ? start + 2 : start + 1;
        return isDigit(digits) ? digitsEnd(digits) : start;
    }

    private int digitsEnd(int from) {
        int end = from;
        while (isDigit(end)) {
            end++;
        }
        return end;
    }

    private void name() {
        int end = at;
        while (end < source.length() && (isNameStart(source.charAt(end)) || isDigit(end))) {
            end++;
        }
        tokens.add(Token.word(source.substring(at, end), at + 1));
        at = end;
    }

    private void sign(char first) throws ExpressionException {
        switch (first) {
            case '=' -> add(Kind.EQUAL, at + 1);
            case '<' -> {
                if (isAt(at + 1, '>')) {
                    add(Kind.NOT_EQUAL, at + 2);
                } else if (isAt(at + 1, '=')) {
                    add(Kind.LESS_OR_EQUAL, at + 2);
                } else {
                    add(Kind.LESS, at + 1);
                }
            }
            case '>' -> {
                boolean isOrEqual = isAt(at + 1, '=');
                add(isOrEqual ? Kind.GREATER_OR_EQUAL : Kind.GREATER, isOrEqual ? at + 2 : at + 1);
            }
            case '+' -> add(Kind.PLUS, at + 1);
            case '-' -> add(Kind.MINUS, at + 1);
            case '(' -> add(Kind.OPEN, at + 1);
            case ')' -> add(Kind.CLOSE, at + 1);
            case ',' -> add(Kind.COMMA, at + 1);
            default -> throw fault(unknown(first));
        }
    }

    private static String unknown(char found) {
        String remedy = switch (found) {
            case '"' -> "; put texts in single quotes";
            case '!' -> "; write <> for not equal, NOT for the contrary";
            case '&' -> "; write AND";
            case '|' -> "; write OR";
            case '*', '/', '%' -> "; there is no arithmetic in filters";
            default -> "; property names are letters, digits, _ and $, texts stand in single quotes";
        };
        String shown = found < ' ' ? "the character " + (int) found : "'" + found + "'";
        return shown + " belongs to no expression" + remedy;
    }

    private ExpressionException fault(String what) {
        return new ExpressionException(at + 1, what);
    }

    private void add(Kind kind, int end) {
        tokens.add(new Token(kind, source.substring(at, end), at + 1));
        at = end;
    }

    private boolean isAt(int index, char wanted) {
        return index < source.length() && source.charAt(index) == wanted;
    }

    private boolean isDigit(int index) {
        return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
    }

    private static boolean isNameStart(char found) {
        return (found >= 'a' && found <= 'z') || (found >= 'A' && found <= 'Z') || found == '_' || found == '$';
    }
}
