package dev.millrace.broker.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.message.MessageProperties;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PropertyNameTest {
    private static final List<String> NAMES = List.of("a", "ab", "b", "TAGS", "a_rather_long_name");
    private static final String ALPHABET = "ab\u0001\u0002\u0003ü\u0082\u0102";

    @Test
    void findsWhatDecodingFinds() {
        for (long seed = 1; seed <= 4_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] block = block(random).getBytes(UTF_8);
            ByteBuffer record = ByteBuffer.allocate(block.length + 9).put(3, block);
            Map<String, String> decoded = MessageProperties.decode(record, 3, block.length);

            for (String name : NAMES) {
                long found = new PropertyName(name).find(record, 3, 3 + block.length);
                String value = found == PropertyName.ABSENT ? null : PropertyName.text(record, found);

                assertThat(value).as("seed %s, %s", seed, name).isEqualTo(decoded.get(name));
            }
        }
    }

    private static String block(SplittableRandom random) {
        StringBuilder block = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            block.append(NAMES.get(random.nextInt(NAMES.size()))).append('\u0001');
            for (int j = random.nextInt(20); j > 0; j--) {
                block.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            block.append(random.nextInt(5) == 0 ? "" : "\u0002");
        }
        return block.toString();
    }
}
