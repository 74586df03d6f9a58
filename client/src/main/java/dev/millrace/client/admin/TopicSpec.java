package dev.millrace.client.admin;

import java.util.Map;
import java.util.Set;

/**
 * A topic to be created or changed.
 *
 * @param queueCount queues on each broker group
 * @param brokers names of the broker groups; empty: all masters of {@code cluster}
 * @param cluster name of the cluster, used if no brokers are named; empty: all clusters
 * @param attributes without a sign, such as {@code message.type}
 */
public record TopicSpec(
        String name,
        int queueCount,
        Access access,
        boolean isOrdered,
        Set<String> brokers,
        String cluster,
        Map<String, String> attributes) {
    /** What may be done with the topic. */
    public enum Access {
        READ(4),
        WRITE(2),
        READ_WRITE(6),
        NONE(0);

        private final int permission;

        Access(int permission) {
            this.permission = permission;
        }

        /** The bits that travel. */
        public int permission() {
            return permission;
        }

        /** The access that these bits mean; the bit for inheritance does not count. */
        public static Access of(int permission) {
            for (Access access : values()) {
                if (access.permission == (permission & READ_WRITE.permission)) {
                    return access;
                }
            }
            return NONE;
        }
    }

    public TopicSpec {
        brokers = Set.copyOf(brokers);
        attributes = Map.copyOf(attributes);
    }

    /** A topic that can be read and written, on all masters. */
    public static TopicSpec of(String name, int queueCount) {
        return new TopicSpec(name, queueCount, Access.READ_WRITE, false, Set.of(), "", Map.of());
    }

    public TopicSpec withAccess(Access newAccess) {
        return new TopicSpec(name, queueCount, newAccess, isOrdered, brokers, cluster, attributes);
    }

    /** Messages of a queue keep their order also while brokers come and go. */
    public TopicSpec ordered() {
        return new TopicSpec(name, queueCount, access, true, brokers, cluster, attributes);
    }

    public TopicSpec onBrokers(Set<String> newBrokers) {
        return new TopicSpec(name, queueCount, access, isOrdered, newBrokers, cluster, attributes);
    }

    /** On all masters of this cluster. */
    public TopicSpec onCluster(String newCluster) {
        return new TopicSpec(name, queueCount, access, isOrdered, brokers, newCluster, attributes);
    }

    public TopicSpec withAttributes(Map<String, String> newAttributes) {
        return new TopicSpec(name, queueCount, access, isOrdered, brokers, cluster, newAttributes);
    }
}
