package dev.millrace.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "64KiB, 65536", "1500KiB, 1536000", "1GiB, 1073741824", "2TiB, 2199023255552"})
    void readsAndWritesTheSameText(String text, long bytes) {
        ByteSize size = ByteSize.parse(text);

        assertThat(size.bytes()).isEqualTo(bytes);
        assertThat(size).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1GB", "-1KiB", "1.5GiB", "9000000000000TiB"})
    void refusesOtherText(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("write a size");
    }

    @Test
    void refusesToNarrowALargeSize() {
        assertThatThrownBy(() -> ByteSize.ofGiB(2).toInt()).hasMessageContaining("2GiB");
        assertThat(ByteSize.ofMiB(2047).toInt()).isEqualTo(2047 * 1024 * 1024);
    }
}
