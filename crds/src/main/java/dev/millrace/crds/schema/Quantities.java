package dev.millrace.crds.schema;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Kubernetes quantities, as in {@code 100Gi}, {@code 1.5T} or {@code 1e9}. */
public final class Quantities {
    private static final Pattern QUANTITY =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?");

    private Quantities() {}

    public static boolean isPositive(String text) {
        var matcher = QUANTITY.matcher(text);
        return matcher.matches() && !text.startsWith("-") && new BigDecimal("0" + matcher.group(1)).signum() > 0;
    }
}
