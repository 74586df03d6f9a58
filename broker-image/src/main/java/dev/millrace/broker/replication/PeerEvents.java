package dev.millrace.broker.replication;

import dev.millrace.broker.role.Message;
import dev.millrace.store.epoch.EpochHistory;

/** Hears what comes from other copies; called on the threads of the transport, must not block. */
public interface PeerEvents {
    /** In the order in which it was sent; after a new connection nothing of an older one. */
    void received(int peer, Message message);

    /**
     * A peer is not connected (any more).
     *
     * @param isRefused its machine answered that nothing listens
     */
    void gone(int peer, boolean isRefused);

    /** Answer to {@link Replication#probe}, unless {@link #gone} is. */
    void probed(int peer, boolean isReached);

    /** The master's log begins behind what this copy needs next. */
    void removed(int peer, long minPosition, EpochHistory history);
}
