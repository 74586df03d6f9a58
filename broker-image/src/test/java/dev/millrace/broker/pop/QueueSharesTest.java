package dev.millrace.broker.pop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.route.MessageQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QueueSharesTest {
    private static final List<MessageQueue> QUEUES = queues(5);

    private static List<MessageQueue> queues(int count) {
        List<MessageQueue> queues = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            queues.add(new MessageQueue("b", id, "t"));
        }
        return queues;
    }

    private static List<Integer> ids(List<MessageQueue> queues) {
        return queues.stream().map(MessageQueue::queueId).toList();
    }

    @Test
    void sharesNeighboursOrInTurn() {
        List<String> members = List.of("a", "b", "c");

        assertThat(ids(QueueShares.AVERAGE.share("a", QUEUES, members))).containsExactly(0, 1);
        assertThat(ids(QueueShares.AVERAGE.share("b", QUEUES, members))).containsExactly(2, 3);
        assertThat(ids(QueueShares.AVERAGE.share("c", QUEUES, members))).containsExactly(4);
        assertThat(ids(QueueShares.CIRCLE.share("b", QUEUES, members))).containsExactly(1, 4);
        assertThat(QueueShares.AVERAGE.share("stranger", QUEUES, members)).isEmpty();
        assertThat(QueueShares.AVERAGE.share("c", queues(2), members)).isEmpty();
    }

    @Test
    void takersGetOneEntryForEachBrokerOrTheirNeighboursQueuesToo() {
        List<String> members = List.of("a", "b", "c", "d");

        assertThat(QueueShares.AVERAGE.popShare("a", QUEUES, members, 0))
                .containsExactly(new MessageQueue("b", -1, "t"));
        assertThat(QueueShares.AVERAGE.popShare("a", QUEUES, members, 3))
                .containsExactly(new MessageQueue("b", -1, "t"));
        assertThat(ids(QueueShares.AVERAGE.popShare("d", QUEUES, members, 1))).containsExactly(4, 0, 1);
        assertThat(ids(QueueShares.AVERAGE.popShare("d", queues(2), members, 1)))
                .containsExactly(1);
    }

    @Test
    void knowsStrategiesByName() {
        assertThat(QueueShares.ofName("AVG")).contains(QueueShares.AVERAGE);
        assertThat(QueueShares.ofName("AVG_BY_CIRCLE")).contains(QueueShares.CIRCLE);
        assertThat(QueueShares.ofName("MACHINE_ROOM")).isEmpty();
    }
}
