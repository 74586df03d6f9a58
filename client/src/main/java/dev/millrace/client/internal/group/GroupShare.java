package dev.millrace.client.internal.group;

import dev.millrace.client.ClientException;
import dev.millrace.client.TopicQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer's place in its group: joins, works out which queues are its own whenever that may have changed, leaves.
 *
 * <p>Owner: the upkeep thread; all calls wait for brokers.
 */
public final class GroupShare {
    private static final Logger LOG = LoggerFactory.getLogger(GroupShare.class);
    private static final long AGAIN_MS = 1000;
    /** A new member looks again soon: its retry topic appears, others hear of it. */
    private static final List<Long> SETTLING_MS = List.of(1000L, 3000L);

    private final Membership membership;
    private final Upkeep upkeep;
    private final Taker taker;
    /** Why a topic is not shared out now, as it was logged. */
    private final Map<String, String> faults = new HashMap<>();

    private @Nullable Member member;
    private boolean isRepeating;

    /** Takes queues up and gives others up; on the upkeep thread. */
    @FunctionalInterface
    public interface Taker {
        /** Takes what this member shall read of a topic now; false: not all of it worked, and it is asked again soon. */
        boolean take(String topic, List<TopicQueue> queues);
    }

    public GroupShare(Membership membership, Upkeep upkeep, Taker taker) {
        this.membership = membership;
        this.upkeep = upkeep;
        this.taker = taker;
    }

    /**
     * Joins the group, or says what this member wants from now on, and takes its share.
     *
     * @throws ClientException if the brokers could not be told
     */
    public void want(Member wanted) {
        boolean isNew = member == null;
        if (isNew) {
            membership.join(wanted);
        } else {
            membership.update(wanted);
        }
        member = wanted;
        rebalance();
        if (isNew) {
            SETTLING_MS.forEach(after -> upkeep.later(this::rebalance, after));
        }
    }

    /** Works the share out again. What can't be found out now stays as it is, and is tried again soon. */
    public void rebalance() {
        Member current = member;
        if (current == null) {
            return;
        }
        boolean isComplete = true;
        for (String topic : current.subscriptions().keySet()) {
            isComplete &= rebalance(current, topic);
        }
        if (!isComplete && !isRepeating) {
            isRepeating = true;
            upkeep.later(this::repeat, AGAIN_MS);
        }
    }

    private void repeat() {
        isRepeating = false;
        rebalance();
    }

    private boolean rebalance(Member current, String topic) {
        try {
            boolean isTaken = taker.take(topic, membership.share(current, topic));
            faults.remove(topic);
            return isTaken;
        } catch (ClientException e) {
            String fault = String.valueOf(e.getMessage());
            if (!fault.equals(faults.put(topic, fault))) {
                LOG.atWarn()
                        .addKeyValue("consumerGroup", current.group())
                        .addKeyValue("topic", topic)
                        .addKeyValue("error", fault)
                        .log("queues of the topic not shared out; trying again each second, this is said once");
            }
            return false;
        }
    }

    /** Leaves the group, so that the others take over at once. */
    public void leave() {
        Member current = member;
        if (current != null) {
            member = null;
            membership.leave(current.group());
        }
    }
}
