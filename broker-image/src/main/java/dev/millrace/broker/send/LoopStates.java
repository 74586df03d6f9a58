package dev.millrace.broker.send;

import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.transport.Connection;

/** What each event loop keeps for itself: its composer and its pool. Thread-safe: one state a thread. */
final class LoopStates {
    private final ThreadLocal<LoopState> states;
    private final byte[] storeHost;

    LoopStates(byte[] storeHost, String cluster, UniqueId uniqueIds) {
        this.storeHost = storeHost;
        this.states = ThreadLocal.withInitial(
                () -> new LoopState(new RecordComposer(storeHost, cluster, uniqueIds), new SendPool(storeHost)));
    }

    LoopState current() {
        return states.get();
    }

    byte[] storeHost() {
        return storeHost;
    }

    /** Owner: one event loop. */
    record LoopState(RecordComposer composer, SendPool pool) {
        /** The peer's address as a host field, computed once a connection. */
        byte[] bornHost(Connection connection) {
            if (connection.attachment() instanceof byte[] known) {
                return known;
            }
            byte[] fresh = OffsetMessageId.hostField(connection.remote());
            connection.attach(fresh);
            return fresh;
        }
    }
}
