package dev.millrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void writesNestedValuesInOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1, true, "x"));
        map.put("a", Map.of());

        assertThat(Json.write(map)).isEqualTo("{\"b\":[1,true,\"x\"],\"a\":{}}");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"a\"b, a\\\"b", "a\\b, a\\\\b", "a\u0001x, a\\u0001x", "grüß, grüß", "\uD800x, \\ud800x"})
    void escapesWhatJsonReserves(String text, String written) {
        assertThat(Json.write(text)).isEqualTo("\"" + written + "\"");
    }
}
