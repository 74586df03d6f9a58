package dev.millrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void readsNestedValues() {
        assertThat(JsonReader.read(" {\"a\" : [1, -2.5, true, false, \"x\"], \"b\":{}, \"c\":null, \"d\":[]} "))
                .contains(Map.of("a", List.of(1L, -2.5, true, false, "x"), "b", Map.of(), "d", List.of()));
    }

    @Test
    void readsEscapes() {
        assertThat(JsonReader.read("\"a\\\"\\\\\\n\\u00fcb\"")).contains("a\"\\\n\u00fcb");
    }

    @Test
    void readsWhatIsWritten() {
        Map<String, Object> map = Map.of("k\u0001\"", List.of(Map.of("n", 7L)));

        assertThat(JsonReader.read(Json.write(map))).contains(map);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1",
                "[1 2]",
                "[1,]",
                "{\"a\"}",
                "{\"a\":}",
                "\"a",
                "\"\\u00",
                "tru",
                "1 2",
                "-",
                "[null]",
                "x"
            })
    void readsNothingFromWhatIsNoJson(String text) {
        assertThat(JsonReader.read(text)).isEmpty();
    }

    @Test
    void readsNothingThatIsTooDeep() {
        assertThat(JsonReader.read("[".repeat(50_000))).isEmpty();
    }
}
