package dev.millrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsColumnsAndEndsLinesWithoutBlanks() {
        var table = new Table("NAME", "PORT").row("a-long-name", 1).row("b", "");

        assertThat(table.lines()).containsExactly("NAME         PORT", "a-long-name  1", "b");
    }
}
