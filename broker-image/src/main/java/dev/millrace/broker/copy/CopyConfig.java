package dev.millrace.broker.copy;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of a broker that is one copy of a broker group.
 *
 * <p>Thread-safe: immutable.
 */
public record CopyConfig(
        @Setting(
                key = "group.record",
                defaultValue = "",
                change = Change.IMMUTABLE,
                description =
                        "Folder with the election record of the broker group, the same for all copies; empty: this broker stands"
                                + " alone.")
        String record,

        @Setting(
                key = "group.copy",
                defaultValue = "0",
                change = Change.IMMUTABLE,
                min = "0",
                max = "4",
                description = "Number of this copy in its broker group, different for each.")
        int copy,

        @Setting(
                key = "group.peers",
                defaultValue = "",
                change = Change.RESTART,
                description =
                        "Where the copies of the broker group reach each other, this one included: number=host:port, separated by"
                                + " semicolons.")
        List<String> peers) {
    private static final String PEER = "[0-4]=[^:=]+:\\d{1,5}";

    public CopyConfig {
        peers = peers.stream().map(String::strip).filter(a -> !a.isEmpty()).toList();
        for (String peer : peers) {
            if (!peer.matches(PEER)) {
                throw new IllegalArgumentException("group.peers has '" + peer
                        + "', which is no number=host:port; separate several by semicolons, as in"
                        + " 0=host-a:10912;1=host-b:10912");
            }
        }
        if (!record.isBlank()) {
            int number = copy;
            if (peers.stream().noneMatch(peer -> peer.startsWith(number + "="))) {
                throw new IllegalArgumentException("group.peers has no address of copy " + copy
                        + ", which is group.copy; add " + copy + "=host:port");
            }
            if (peers.stream().map(peer -> peer.charAt(0)).distinct().count() != peers.size()) {
                throw new IllegalArgumentException(
                        "group.peers " + peers + " names a copy twice; give each number once");
            }
        }
    }

    /** Whether this broker is a copy of a broker group. */
    public boolean isInGroup() {
        return !record.isBlank();
    }

    /** Of the election record; only in a group. */
    public Path folder() {
        return Path.of(record);
    }

    /** Replication address of every copy, this one included, by number. */
    public Map<Integer, InetSocketAddress> addresses() {
        Map<Integer, InetSocketAddress> addresses = new TreeMap<>();
        for (String peer : peers) {
            int colon = peer.lastIndexOf(':');
            addresses.put(
                    peer.charAt(0) - '0',
                    InetSocketAddress.createUnresolved(
                            peer.substring(2, colon), Integer.parseInt(peer.substring(colon + 1))));
        }
        return addresses;
    }
}
