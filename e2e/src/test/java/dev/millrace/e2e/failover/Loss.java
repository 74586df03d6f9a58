package dev.millrace.e2e.failover;

import dev.millrace.e2e.servers.BrokerGroup;

/** How a broker group loses its master for a while. */
public enum Loss {
    KILLED,
    FROZEN,
    SWITCHED,
    /** Only in network namespaces, as the next two. */
    CUT_OFF,
    DEAF,
    MUTE;

    /** Takes the master away. */
    void begin(BrokerGroup group, int master) {
        switch (this) {
            case KILLED -> group.kill(master);
            case FROZEN -> group.freeze(master);
            case SWITCHED -> group.tool("switchover", "--to", Integer.toString(group.successorOf(master)));
            case CUT_OFF -> group.cutOff(master);
            case DEAF -> group.deafen(master);
            case MUTE -> group.mute(master);
        }
    }

    /** The copy is back. */
    void end(BrokerGroup group, int master) {
        switch (this) {
            case KILLED -> group.restart(master);
            case FROZEN -> group.thaw(master);
            case SWITCHED -> group.awaitMaster();
            case CUT_OFF, DEAF, MUTE -> group.reconnect(master);
        }
    }
}
