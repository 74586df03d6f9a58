package dev.millrace.protocol.route;

/** One queue of a topic on one broker group, as clients name it. */
public record MessageQueue(String brokerName, int queueId, String topic) implements Comparable<MessageQueue> {
    /** By topic, broker name, queue id: the order in which members of a consumer group share queues. */
    @Override
    public int compareTo(MessageQueue other) {
        int byTopic = topic.compareTo(other.topic);
        if (byTopic != 0) {
            return byTopic;
        }
        int byBroker = brokerName.compareTo(other.brokerName);
        return byBroker != 0 ? byBroker : Integer.compare(queueId, other.queueId);
    }
}
