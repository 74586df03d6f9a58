package dev.millrace.bench.micro;

import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One record of the log: written with its CRC, checked, and taken apart as a client does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class StoredRecordBenchmark {
    private static final int OVERHEAD_BYTES = 1_024;

    @Param({"128", "1024"})
    public int bodyBytes;

    private final StoredMessageEncoder encoder = new StoredMessageEncoder();
    private final byte[] topic = SampleSend.TOPIC.getBytes(StandardCharsets.UTF_8);
    private final ByteBuffer properties = SampleSend.properties();
    private final StoredMessageEncoder.Head head =
            new StoredMessageEncoder.Head(0, 0, 0, SampleSend.BORN_TIME_MS, host(), host(), 0, 0);
    private ByteBuffer body = ByteBuffer.allocate(0);
    private ByteBuffer target = ByteBuffer.allocate(0);
    private ByteBuffer record = ByteBuffer.allocate(0);

    /** Writes the record that the others read. */
    @Setup
    public void encodeOnce() {
        body = ByteBuffer.allocateDirect(bodyBytes);
        target = ByteBuffer.allocateDirect(bodyBytes + OVERHEAD_BYTES);
        encode();
        record = target.duplicate().flip();
    }

    @Benchmark
    public int encode() {
        target.clear();
        encoder.encode(target, head, body, topic, properties);
        return target.position();
    }

    @Benchmark
    public @Nullable String check() {
        return StoredMessageLayout.structuralFault(record, 0, record.limit());
    }

    @Benchmark
    public StoredMessage decode() {
        return StoredMessage.decode(record, 0);
    }

    private static byte[] host() {
        return new byte[StoredMessageLayout.HOST_IPV4_LENGTH];
    }
}
