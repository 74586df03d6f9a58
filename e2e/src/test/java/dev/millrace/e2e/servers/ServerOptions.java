package dev.millrace.e2e.servers;

import java.util.Optional;

/**
 * How a set of servers differs from the usual one. Thread-safe: immutable.
 *
 * @param namesrvCount NameServers, each on its own port
 * @param isSyncFlush whether a send is answered only after it was forced to disk
 * @param hasUsualFileSizes whether store files have the sizes brokers have by default, in place of small ones
 * @param isBinaryHeader whether the servers write the binary header in place of JSON
 * @param createsTopics whether a message to an unknown topic creates it
 * @param hasShortTransactions whether producers are asked for outcomes soon and often
 * @param tap sees all frames, if present; the servers then listen on 127.0.0.2 behind a proxy on 127.0.0.1
 */
public record ServerOptions(
        int namesrvCount,
        boolean isSyncFlush,
        boolean hasUsualFileSizes,
        boolean isBinaryHeader,
        boolean createsTopics,
        boolean hasShortTransactions,
        Optional<FrameTap> tap) {

    public static ServerOptions usual() {
        return new ServerOptions(1, false, false, false, true, false, Optional.empty());
    }

    public ServerOptions withNamesrvCount(int count) {
        return new ServerOptions(
                count, isSyncFlush, hasUsualFileSizes, isBinaryHeader, createsTopics, hasShortTransactions, tap);
    }

    public ServerOptions withSyncFlush(boolean isSync) {
        return new ServerOptions(
                namesrvCount, isSync, hasUsualFileSizes, isBinaryHeader, createsTopics, hasShortTransactions, tap);
    }

    public ServerOptions withUsualFileSizes() {
        return new ServerOptions(
                namesrvCount, isSyncFlush, true, isBinaryHeader, createsTopics, hasShortTransactions, tap);
    }

    public ServerOptions withBinaryHeader(boolean isBinary) {
        return new ServerOptions(
                namesrvCount, isSyncFlush, hasUsualFileSizes, isBinary, createsTopics, hasShortTransactions, tap);
    }

    public ServerOptions withTopicCreation(boolean creates) {
        return new ServerOptions(
                namesrvCount, isSyncFlush, hasUsualFileSizes, isBinaryHeader, creates, hasShortTransactions, tap);
    }

    public ServerOptions withShortTransactions() {
        return new ServerOptions(
                namesrvCount, isSyncFlush, hasUsualFileSizes, isBinaryHeader, createsTopics, true, tap);
    }

    public ServerOptions withTap(FrameTap frames) {
        return new ServerOptions(
                namesrvCount,
                isSyncFlush,
                hasUsualFileSizes,
                isBinaryHeader,
                createsTopics,
                hasShortTransactions,
                Optional.of(frames));
    }
}
