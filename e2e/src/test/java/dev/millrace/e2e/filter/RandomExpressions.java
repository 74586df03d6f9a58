package dev.millrace.e2e.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Expressions and properties by chance, the same for the same seed. Owner: one test. */
final class RandomExpressions {
    private static final List<String> NAMES = List.of("a", "b", "c", "TAGS", "KEYS", "_x", "$y1", "a1");
    private static final List<String> TEXTS = List.of(
            "1",
            "5",
            "-3",
            "+5",
            "007",
            "5.0",
            "-0",
            "-0.0",
            ".5",
            "5.",
            "1e3",
            "5E-1",
            "abc",
            "ab",
            "b",
            "true",
            "TRUE",
            "false",
            " 5",
            "5 ",
            "'",
            "x y",
            "ü",
            "über",
            "9999999999",
            "2147483647",
            "2147483648",
            "-2147483648",
            "9223372036854775807",
            "99999999999999999999",
            "0.1",
            "0.30000000000000004",
            "123456789012345.6",
            "NaN",
            "Infinity",
            "-",
            "+",
            ".",
            "0x10",
            "\u0663",
            "1.5f",
            "1d",
            "null",
            "12345678901234567890.5",
            "1_000",
            "1-1");
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "5",
            "5L",
            "3l",
            "2147483647",
            "2147483648",
            "9999999999",
            "9223372036854775807",
            "5.0",
            ".5",
            "5.",
            "1e3",
            "5E-1",
            "0.1",
            "0.30000000000000004",
            "123456789012345.6");
    private static final List<String> SOUP = List.of(
            "AND",
            "or",
            "Not",
            "BETWEEN",
            "in",
            "IS",
            "NULL",
            "TRUE",
            "false",
            "CONTAINS",
            "startswith",
            "ENDSWITH",
            "a",
            "b",
            "TAGS",
            "'x'",
            "'5'",
            "''",
            "5",
            "1.5",
            "007",
            "9999999999",
            "=",
            "<>",
            "<",
            "<=",
            ">",
            ">=",
            "+",
            "-",
            "(",
            ")",
            ",",
            "('x', 'y')",
            "= 5",
            "IS NULL",
            "> 1",
            "/* c */",
            "-- c\n",
            "0x1F");

    private final SplittableRandom random;

    RandomExpressions(long seed) {
        this.random = new SplittableRandom(seed);
    }

    private String oneOf(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }

    Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) {
                properties.put(name, oneOf(TEXTS));
            }
        }
        return properties;
    }

    /** Mostly right ones. */
    String expression() {
        return condition(random.nextInt(4));
    }

    /** Words in any order: mostly wrong ones. */
    String soup() {
        StringBuilder words = new StringBuilder(random.nextBoolean() ? "" : "a ");
        for (int i = 1 + random.nextInt(9); i > 0; i--) {
            words.append(oneOf(SOUP)).append(random.nextInt(8) == 0 ? "" : " ");
        }
        return words.toString();
    }

    private String condition(int depth) {
        if (depth == 0) {
            return comparison();
        }
        return switch (random.nextInt(8)) {
            case 0, 1 -> condition(depth - 1) + " AND " + condition(depth - 1);
            case 2, 3 -> condition(depth - 1) + " or " + condition(depth - 1);
            case 4 -> "NOT (" + condition(depth - 1) + ")";
            case 5 -> "(" + condition(depth - 1) + ") IS " + (random.nextBoolean() ? "NOT " : "") + "NULL";
            case 6 -> "(" + condition(depth - 1) + ") " + oneOf(List.of("=", "<>")) + " " + operand();
            default -> "(" + condition(depth - 1) + ")";
        };
    }

    private String comparison() {
        String not = random.nextBoolean() ? "NOT " : "";
        return switch (random.nextInt(9)) {
            case 0, 1 -> operand() + " " + oneOf(List.of("=", "<>")) + " " + operand();
            case 2, 3 -> operand() + oneOf(List.of("<", ">", "<=", ">=")) + operand();
            case 4 -> oneOf(NAMES) + " " + not + "BETWEEN " + sized() + " AND " + sized();
            case 5 -> oneOf(NAMES) + " " + not + "IN (" + texts() + ")";
            case 6 -> oneOf(NAMES) + " IS " + not + "NULL";
            case 7 -> operand() + " " + not + oneOf(List.of("CONTAINS", "STARTSWITH", "ENDSWITH")) + " " + text();
            default -> random.nextInt(4) == 0 ? oneOf(List.of("TRUE", "FALSE", "NULL", "a", "NOT a = 1")) : "a > 1";
        };
    }

    private String operand() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> oneOf(NAMES);
            case 5, 6 -> sized();
            case 7, 8 -> text();
            case 9 -> oneOf(List.of("TRUE", "FALSE"));
            case 10 -> oneOf(List.of("-a", "-'x'", "+b", "- -5", "-(a > 1)", "(a)", "-NULL", "--5"));
            default -> "(" + comparison() + ")";
        };
    }

    private String sized() {
        return random.nextInt(4) == 0 ? oneOf(NAMES) : (random.nextInt(4) == 0 ? "-" : "") + oneOf(NUMBERS);
    }

    private String text() {
        return "'" + (random.nextInt(12) == 0 ? "" : oneOf(TEXTS).replace("'", "''")) + "'";
    }

    private String texts() {
        StringBuilder list = new StringBuilder(text());
        for (int i = random.nextInt(8); i > 0; i--) {
            list.append(", ").append(text());
        }
        return list.toString();
    }
}
