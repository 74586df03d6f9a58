package dev.millrace.client.idempotent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Scope and identity of a message as one short ASCII text, {@code scope/identity}. An identity that is long, or has other
 * characters than letters, digits and {@code _ . : % | / @ + = -}, stands as {@code #} and its SHA-256 in hexadecimal digits.
 */
public record StoreKey(String value) {
    /** No key is longer. */
    public static final int LENGTH_MAX = 255;

    private static final int SCOPE_LENGTH_MAX = 100;
    private static final int PLAIN_LENGTH_MAX = 150;
    private static final String SCOPE_SIGNS = "_.:%|-";
    private static final String PLAIN_SIGNS = SCOPE_SIGNS + "/@+=";

    public static StoreKey of(String scope, String identity) {
        if (identity.isEmpty()) {
            throw new IdempotenceException("identity of a message of scope " + scope
                    + " is empty; let the identity function give a value for every message");
        }
        boolean isPlain = identity.length() <= PLAIN_LENGTH_MAX && consistsOf(identity, PLAIN_SIGNS);
        return new StoreKey(scope + "/" + (isPlain ? identity : "#" + sha256(identity)));
    }

    static String checkedScope(String scope) {
        if (scope.isEmpty() || scope.length() > SCOPE_LENGTH_MAX || !consistsOf(scope, SCOPE_SIGNS)) {
            throw new IdempotenceException("scope '" + scope + "' is not 1.." + SCOPE_LENGTH_MAX
                    + " characters of a-z A-Z 0-9 " + SCOPE_SIGNS + "; take the name of the consumer group");
        }
        return scope;
    }

    private static boolean consistsOf(String text, String signs) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isGood = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!isGood && signs.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
