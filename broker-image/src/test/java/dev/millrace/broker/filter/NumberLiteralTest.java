package dev.millrace.broker.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NumberLiteralTest {
    private static final List<Number> NUMBERS =
            List.of(5, -5, Integer.MAX_VALUE, 5_000_000_000L, Long.MIN_VALUE, 0.0, -0.0, 0.1, 1234.5, 1e300);
    private static final List<String> PARTS = List.of(
            "0",
            "1",
            "5",
            "99",
            "-",
            "+",
            ".",
            "e",
            "E5",
            " ",
            "x",
            "\u0663",
            "2147483647",
            "123456789012345",
            "NaN",
            "Infinity");

    @Test
    void readsTextsAsJavaDoes() {
        SplittableRandom random = new SplittableRandom(92);
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 1 + random.nextInt(4); j > 0; j--) {
                text.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            Number number = NUMBERS.get(random.nextInt(NUMBERS.size()));
            byte[] bytes = text.toString().getBytes(UTF_8);

            int comparison = new NumberLiteral(number).compareValue(ByteBuffer.wrap(bytes), bytes.length);

            assertThat(comparison).as("'%s' and %s", text, number).isEqualTo(Values.compare(text.toString(), number));
        }
    }
}
