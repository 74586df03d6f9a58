package dev.millrace.broker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateEntry.Removal;
import dev.millrace.broker.journal.StateValue.Numbers;
import dev.millrace.broker.journal.StateValue.Text;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StateRecordsTest {
    private static final List<StateEntry> ALL = List.of(
            new Put(new StateKey(StateKind.TOPIC, "orders"), new Text("{\"a\":\"ä\"}")),
            new Put(new StateKey(StateKind.OFFSETS, "orders@readers"), Numbers.of(Map.of(0, 7L, 3, 1L << 40))),
            new Removal(new StateKey(StateKind.GROUP, "gone")),
            new Put(StateKey.of(StateKind.DUMP_END), Numbers.of(99)));

    private static List<StateEntry> decode(byte[] body) {
        return StateRecords.decode(ByteBuffer.wrap(body));
    }

    @Test
    void readsWhatItWrote() {
        assertThat(decode(StateRecords.encode(ALL))).isEqualTo(ALL);
    }

    @Test
    void isLaidOutAsDocumented() {
        byte[] body = StateRecords.encode(List.of(
                new Removal(new StateKey(StateKind.GROUP, "g")),
                new Put(StateKey.of(StateKind.DELAYS), Numbers.of(Map.of(2, 5L)))));

        assertThat(body)
                .containsExactly(1, 5, 3, 0, 1, 'g', 10, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5);
    }

    @Test
    void refusesEveryBodyThatWasCutWithinAnEntry() {
        byte[] body = StateRecords.encode(ALL.subList(0, 1));

        for (int length = 2; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        byte[] version = StateRecords.encode(ALL);
        version[0] = 2;
        byte[] kind = StateRecords.encode(ALL);
        kind[1] = 77;
        byte[] form = StateRecords.encode(ALL);
        form[2] = 9;

        assertThatThrownBy(() -> decode(version)).hasMessage("version 2 is not 1");
        assertThatThrownBy(() -> decode(kind)).hasMessage("kind 77 of an entry is not known");
        assertThatThrownBy(() -> decode(form)).hasMessage("form 9 of an entry is not known");
    }

    @Test
    void splitsWhatIsTooMuchForOneBody() {
        Map<Integer, Long> queues = IntStream.range(0, 100).boxed().collect(Collectors.toMap(id -> id, id -> id * 10L));
        StateKey key = new StateKey(StateKind.OFFSETS, "t@g");
        List<StateEntry> entries = List.of(ALL.get(0), new Put(key, Numbers.of(queues)), ALL.get(2));

        List<List<StateEntry>> bodies = StateRecords.split(entries, 300);

        StateContent content = new StateContent();
        for (List<StateEntry> body : bodies) {
            assertThat(StateRecords.encode(body)).hasSizeLessThanOrEqualTo(300);
            content.applyAll(body);
        }
        assertThat(bodies).hasSizeGreaterThan(3);
        assertThat(content.get(key)).isEqualTo(Numbers.of(queues));
        assertThat(content.entries()).hasSize(2);
    }

    @Test
    void refusesATextThatFitsNoBody() {
        StateEntry large = new Put(new StateKey(StateKind.TOPIC, "t"), new Text("x".repeat(300)));

        assertThatThrownBy(() -> StateRecords.split(List.of(large), 300))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TOPIC 't' takes 309 bytes, more than the 299 of a record");
    }

    @Test
    void namesOnlyWhatChanged() {
        StateKey offsets = new StateKey(StateKind.OFFSETS, "t@g");
        StateKey gone = new StateKey(StateKind.GROUP, "gone");
        Map<StateKey, StateValue> before = Map.of(offsets, Numbers.of(Map.of(0, 1L, 1, 1L)), gone, new Text("{}"));

        assertThat(StateContent.changes(before, Map.of(offsets, Numbers.of(Map.of(0, 1L, 1, 2L, 2, 3L)))))
                .containsExactly(new Removal(gone), new Put(offsets, Numbers.of(Map.of(1, 2L, 2, 3L))));
        assertThat(StateContent.changes(before, Map.of(offsets, Numbers.of(Map.of(0, 1L)), gone, new Text("{}"))))
                .containsExactly(new Removal(offsets), new Put(offsets, Numbers.of(Map.of(0, 1L))));
        assertThat(StateContent.changes(before, before)).isEmpty();
    }
}
