package dev.millrace.client;

/**
 * One queue of a topic.
 *
 * @param broker name of the broker group that holds it
 */
public record TopicQueue(String topic, String broker, int queueId) implements Comparable<TopicQueue> {
    /** By topic, broker, queue id: the order in which the members of a consumer group share queues. */
    @Override
    public int compareTo(TopicQueue other) {
        int byTopic = topic.compareTo(other.topic);
        if (byTopic != 0) {
            return byTopic;
        }
        int byBroker = broker.compareTo(other.broker);
        return byBroker != 0 ? byBroker : Integer.compare(queueId, other.queueId);
    }
}
