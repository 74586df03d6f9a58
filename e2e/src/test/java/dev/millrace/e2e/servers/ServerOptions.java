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
 * @param tap sees all frames, if present; the servers then listen on 127.0.0.2 behind a proxy on 127.0.0.1
 */
public record ServerOptions(
        int namesrvCount,
        boolean isSyncFlush,
        boolean hasUsualFileSizes,
        boolean isBinaryHeader,
        boolean createsTopics,
        Optional<FrameTap> tap) {

    public static ServerOptions usual() {
        return new ServerOptions(1, false, false, false, true, Optional.empty());
    }

    public ServerOptions withNamesrvCount(int count) {
        return new ServerOptions(count, isSyncFlush, hasUsualFileSizes, isBinaryHeader, createsTopics, tap);
    }

    public ServerOptions withSyncFlush(boolean isSync) {
        return new ServerOptions(namesrvCount, isSync, hasUsualFileSizes, isBinaryHeader, createsTopics, tap);
    }

    public ServerOptions withUsualFileSizes() {
        return new ServerOptions(namesrvCount, isSyncFlush, true, isBinaryHeader, createsTopics, tap);
    }

    public ServerOptions withBinaryHeader(boolean isBinary) {
        return new ServerOptions(namesrvCount, isSyncFlush, hasUsualFileSizes, isBinary, createsTopics, tap);
    }

    public ServerOptions withTopicCreation(boolean creates) {
        return new ServerOptions(namesrvCount, isSyncFlush, hasUsualFileSizes, isBinaryHeader, creates, tap);
    }

    public ServerOptions withTap(FrameTap frames) {
        return new ServerOptions(
                namesrvCount, isSyncFlush, hasUsualFileSizes, isBinaryHeader, createsTopics, Optional.of(frames));
    }
}
