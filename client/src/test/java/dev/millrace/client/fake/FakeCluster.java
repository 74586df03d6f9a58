package dev.millrace.client.fake;

import dev.millrace.client.MillraceClient;
import dev.millrace.protocol.transport.IoThreads;
import java.time.Duration;

/** A NameServer, two brokers of ours, one that knows RocketMQ's requests only, and a client. */
public final class FakeCluster implements AutoCloseable {
    public final IoThreads threads = IoThreads.start(1);
    public final FakeNamesrv namesrv = new FakeNamesrv(threads);
    public final FakeBroker a = new FakeBroker(threads, "a", true);
    public final FakeBroker b = new FakeBroker(threads, "b", true);
    public final FakeBroker old = new FakeBroker(threads, "old", false);

    /** A new client; the test closes it. */
    public MillraceClient client() {
        return MillraceClient.builder()
                .namesrv(namesrv.address())
                .requestTimeout(Duration.ofSeconds(2))
                .build();
    }

    @Override
    public void close() {
        a.close();
        b.close();
        old.close();
        namesrv.close();
        threads.close();
    }
}
