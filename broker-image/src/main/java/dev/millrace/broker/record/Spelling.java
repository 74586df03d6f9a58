package dev.millrace.broker.record;

import dev.millrace.protocol.BadFieldException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Constants as they stand in files, spelled as in {@code BrokerGroup}: {@code MasterLost}. Thread-safe: no state. */
final class Spelling {
    private Spelling() {}

    static String of(Enum<?> constant) {
        StringBuilder text = new StringBuilder();
        for (String word : constant.name().split("_", -1)) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    /** @throws BadFieldException if no constant is spelled so */
    static <E extends Enum<E>> E constant(Class<E> type, String text, String member) {
        List<E> all = Arrays.asList(type.getEnumConstants());
        return all.stream()
                .filter(constant -> of(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new BadFieldException(member + " is '" + text + "', not one of "
                        + all.stream().map(Spelling::of).toList()));
    }
}
