package dev.millrace.client.internal.group;

import dev.millrace.client.TopicQueue;
import java.util.List;

/**
 * Which queues a member of a group gets: one contiguous range for each member, the first ones get one more. RocketMQ's
 * members compute the same from the same lists. Stateless.
 */
final class Allocation {
    private Allocation() {}

    /**
     * The share of one member.
     *
     * @param queues sorted
     * @param members sorted client ids; a member that is not among them gets nothing
     */
    static List<TopicQueue> averagely(List<TopicQueue> queues, List<String> members, String member) {
        int index = members.indexOf(member);
        if (index < 0) {
            return List.of();
        }
        int share = queues.size() / members.size();
        int rest = queues.size() % members.size();
        int start = index * share + Math.min(index, rest);
        return queues.subList(start, start + share + (index < rest ? 1 : 0));
    }
}
