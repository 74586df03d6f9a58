package dev.millrace.bench.micro;

import dev.millrace.bench.server.Folders;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.MessageStore;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A store in a folder of its own, whose agents run on the benchmark's thread, so that each costs only when it is called.
 *
 * <p>Owner: the benchmark's thread.
 */
final class MicroStore implements AutoCloseable {
    static final int QUEUE_COUNT = 8;

    final MessageStore store;
    private final Path folder;
    private final Map<String, Agent> agents = new HashMap<>();

    private MicroStore(Path folder) {
        this.folder = folder;
        var config = Settings.bind(
                StoreConfig.class,
                Map.of(
                        "store.path", folder.toString(),
                        "store.segment-size", "256MiB",
                        "store.disk.clean-ratio", "1",
                        "store.disk.full-ratio", "1",
                        "store.disk.reserve", "64MiB"));
        store = StoreWiring.open(
                config,
                new StoreDependencies(
                        new LocalDisk(),
                        InstantSource.system(),
                        System::nanoTime,
                        (roleName, agent) -> {
                            agents.put(roleName, agent);
                            return () -> {};
                        },
                        fault -> {
                            throw fault;
                        },
                        RecoveryListener.NONE,
                        List.of()));
    }

    static MicroStore open() {
        try {
            return new MicroStore(Files.createTempDirectory("millrace-micro"));
        } catch (IOException e) {
            throw new IllegalStateException("no temporary folder: " + e.getMessage() + "; set java.io.tmpdir", e);
        }
    }

    /** A request of {@code count} records of 128 bytes each, round robin over the queues; to be used again and again. */
    Request request(int count) {
        var request = new Request(count);
        var encoder = new StoredMessageEncoder();
        var topic = SampleSend.TOPIC.getBytes(StandardCharsets.UTF_8);
        var properties = SampleSend.properties();
        int recordBytes =
                StoredMessageLayout.recordBytes(0, SampleSend.BODY_BYTES, topic.length, properties.remaining());
        var records = ByteBuffer.allocateDirect(count * recordBytes);
        var host = new byte[StoredMessageLayout.HOST_IPV4_LENGTH];
        for (int i = 0; i < count; i++) {
            int queue = i % QUEUE_COUNT;
            var head = new StoredMessageEncoder.Head(queue, 0, 0, SampleSend.BORN_TIME_MS, host, host, 0, 0);
            encoder.encode(records, head, ByteBuffer.allocate(SampleSend.BODY_BYTES), topic, properties.duplicate());
            request.queues[i] = store.queue(SampleSend.TOPIC, queue);
        }
        request.records = records.flip();
        request.count = count;
        return request;
    }

    /** Appends and lets the owner of the log write it. */
    long append(Request request) {
        if (!store.append(request)) {
            throw new IllegalStateException("the store took no request of " + request.count + " records");
        }
        run("commit-log");
        return request.positions[0];
    }

    /** Queues and index follow the log to its end. */
    void dispatchAll() {
        while (store.dispatchedPosition() < store.maxPosition()) {
            run("dispatch");
        }
    }

    void run(String roleName) {
        var agent = agents.get(roleName);
        if (agent == null) {
            throw new AssertionError("no agent " + roleName + " among " + agents.keySet());
        }
        agent.doWork();
    }

    @Override
    public void close() {
        dispatchAll();
        run("flush");
        store.close();
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new IllegalStateException(folder + " cannot be deleted; delete it by hand", e);
        }
    }

    /** Fails the benchmark when the store refuses. Owner: the benchmark's thread. */
    static final class Request extends AppendRequest {
        private Request(int countMax) {
            super(countMax);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            if (outcome != AppendOutcome.Appended.INSTANCE) {
                throw new IllegalStateException("not appended: " + outcome);
            }
        }
    }
}
