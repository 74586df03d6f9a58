package dev.millrace.client.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.TopicQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static List<TopicQueue> queues(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> new TopicQueue("t", "a", id))
                .toList();
    }

    private static List<Integer> ids(List<TopicQueue> share) {
        return share.stream().map(TopicQueue::queueId).toList();
    }

    @Test
    void givesTheFirstMembersOneMore() {
        List<String> members = List.of("m0", "m1", "m2");

        assertThat(ids(Allocation.averagely(queues(8), members, "m0"))).containsExactly(0, 1, 2);
        assertThat(ids(Allocation.averagely(queues(8), members, "m1"))).containsExactly(3, 4, 5);
        assertThat(ids(Allocation.averagely(queues(8), members, "m2"))).containsExactly(6, 7);
    }

    @Test
    void givesNothingToWhoIsNotInTheGroup() {
        assertThat(Allocation.averagely(queues(8), List.of("m0"), "other")).isEmpty();
    }

    @Test
    void givesEachQueueToExactlyOneMember() {
        for (int members = 1; members < 12; members++) {
            List<String> ids = IntStream.range(0, members)
                    .mapToObj(i -> "m" + (char) ('a' + i))
                    .toList();
            for (int count = 0; count < 20; count++) {
                List<TopicQueue> given = new ArrayList<>();
                for (String id : ids) {
                    given.addAll(Allocation.averagely(queues(count), ids, id));
                }
                assertThat(given).isEqualTo(queues(count));
            }
        }
    }
}
