package dev.millrace.protocol.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePropertiesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsWhatItDecodes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                properties.put(text(random), text(random));
            }
            ByteBuffer block = ByteBuffer.wrap(("??" + MessageProperties.encode(properties) + "?").getBytes(UTF_8));
            int length = block.limit() - 3;

            assertThat(MessageProperties.decode(block, 2, length)).isEqualTo(properties);
            properties.forEach(
                    (name, value) -> assertThat(MessageProperties.value(block, 2, length, name.getBytes(UTF_8)))
                            .isEqualTo(value));
            assertThat(MessageProperties.find(block, 2, length, "absent".getBytes(UTF_8)))
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void hashesTagsLikeTheirStrings(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 2000; round++) {
            String tag = text(random);
            ByteBuffer bytes = ByteBuffer.wrap(("x" + tag + "x").getBytes(UTF_8));

            assertThat(TagHash.of(bytes, 1, bytes.limit() - 2, 0)).as(tag).isEqualTo(tag.hashCode());
            assertThat(TagHash.of(bytes, 1, bytes.limit() - 2, "before".hashCode()))
                    .isEqualTo(("before" + tag).hashCode());
            assertThat(TagHash.of(tag)).isEqualTo(tag.hashCode());
        }
        assertThat(TagHash.of(ByteBuffer.allocate(0), 0, 0, 0)).isZero();
    }

    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(10); i > 0; i--) {
            int codePoint = switch (random.nextInt(4)) {
                case 0 -> 0x20 + random.nextInt(0x5F);
                case 1 -> 0x80 + random.nextInt(0x780);
                case 2 -> 0x1000 + random.nextInt(0xC000);
                default -> 0x10000 + random.nextInt(0xF0000);
            };
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }

    @Test
    void acceptsABlockWithoutItsLastEnd() {
        assertThat(MessageProperties.decode("A\u00011\u0002B\u00012")).isEqualTo(Map.of("A", "1", "B", "2"));
        assertThat(value("A\u00011\u0002B\u00012", "B")).isEqualTo("2");
    }

    @Test
    void dropsEntriesWithoutNameOrValue() {
        String block = "\u0001x\u0002A\u0001\u0002B\u0002C\u00013\u0002\u0002\u0001";

        assertThat(MessageProperties.decode(block)).isEqualTo(Map.of("C", "3"));
        assertThat(value(block, "A")).isNull();
        assertThat(value(block, "B")).isNull();
        assertThat(value(block, "C")).isEqualTo("3");
        assertThat(MessageProperties.encode(Map.of("", "x"))).isEmpty();
        assertThat(MessageProperties.encode(Map.of("x", ""))).isEmpty();
    }

    @Test
    void takesAnEntryWithoutNameEndForNothing() {
        assertThat(MessageProperties.decode("AB\u0002C\u00013\u0002")).isEqualTo(Map.of("C", "3"));
    }

    @Test
    void keepsFurtherNameEndsInTheValue() {
        assertThat(MessageProperties.decode("A\u00011\u00012\u0002")).isEqualTo(Map.of("A", "1\u00012"));
        assertThat(value("A\u00011\u00012\u0002", "A")).isEqualTo("1\u00012");
    }

    @Test
    void doesNotTakeALongerNameForAShorterOne() {
        assertThat(value("TAGS2\u0001x\u0002TAGS\u0001y\u0002", "TAGS")).isEqualTo("y");
        assertThat(value("XTAGS\u0001x\u0002", "TAGS")).isNull();
    }

    private static @org.jspecify.annotations.Nullable String value(String block, String name) {
        byte[] bytes = block.getBytes(UTF_8);
        return MessageProperties.value(ByteBuffer.wrap(bytes), 0, bytes.length, name.getBytes(UTF_8));
    }
}
