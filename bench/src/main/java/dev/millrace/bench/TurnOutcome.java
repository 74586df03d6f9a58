package dev.millrace.bench;

import dev.millrace.cli.load.LoadResult;
import java.util.List;

/** How a side's turn ended. */
sealed interface TurnOutcome {
    /** There are figures; {@code remarks} say what to know about them. */
    record Measured(LoadResult result, List<String> remarks) implements TurnOutcome {
        public Measured {
            remarks = List.copyOf(remarks);
        }
    }

    /** There should be figures, but there are none. */
    record Failed(String reason) implements TurnOutcome {}

    /** This side cannot do this. */
    record Unable(String reason) implements TurnOutcome {}
}
