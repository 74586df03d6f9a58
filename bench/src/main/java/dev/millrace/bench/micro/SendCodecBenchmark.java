package dev.millrace.bench.micro;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import java.nio.ByteBuffer;
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

/** The header of a send request to bytes and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class SendCodecBenchmark {
    private static final int OPAQUE = 7;

    @Param({"JSON", "ROCKETMQ"})
    public Serialization serialization = Serialization.JSON;

    private final SendMessage request = SampleSend.request();
    private final HeaderWriter writer = new HeaderWriter();
    private final HeaderFields fields = new HeaderFields();
    private ByteBuffer header = ByteBuffer.allocate(0);

    /** Encodes the header that {@link #decode} reads. */
    @Setup
    public void encodeOnce() {
        int length = encode();
        header =
                ByteBuffer.allocateDirect(length).put(writer.array(), 0, length).flip();
    }

    @Benchmark
    public int encode() {
        writer.begin(serialization, RequestCode.SEND_MESSAGE_V2.number(), OPAQUE, 0, null);
        Commands.encodeFields(request, writer);
        return writer.end();
    }

    @Benchmark
    public @Nullable Request decode() {
        fields.parse(serialization.number(), header, 0, header.limit());
        return Commands.decode(RequestCode.SEND_MESSAGE_V2, fields, request.body());
    }
}
