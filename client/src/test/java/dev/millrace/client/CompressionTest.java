package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.internal.compression.Bodies;
import dev.millrace.client.internal.message.Records;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionTest {
    private static final byte[] BODY = "0123456789".repeat(20_000).getBytes(StandardCharsets.UTF_8);

    /** Defines the codecs again, where nothing of the libraries is to be found. */
    private static final class WithoutLibraries extends ClassLoader {
        private static final String CODECS = "dev.millrace.client.internal.compression.";

        WithoutLibraries() {
            super(CompressionTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("net.jpountz.") || name.startsWith("com.github.luben.")) {
                throw new ClassNotFoundException(name);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : name.startsWith(CODECS) ? define(name) : super.loadClass(name, resolve);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBodyComesBackAsItWas(Compression compression) {
        byte[] small = Bodies.compress(BODY, compression);

        assertThat(small).hasSizeLessThan(BODY.length / 10);
        assertThat(Bodies.decompress(small, Bodies.flag(compression))).isEqualTo(BODY);
        assertThat(Bodies.decompress(Bodies.compress(new byte[1], compression), Bodies.flag(compression)))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTornOrForeignIsRefused(Compression compression) {
        byte[] small = Bodies.compress(BODY, compression);

        assertThatThrownBy(() -> Bodies.decompress(Arrays.copyOf(small, small.length / 2), Bodies.flag(compression)))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_MESSAGE));
        assertThatThrownBy(() -> Bodies.decompress(BODY, Bodies.flag(compression)))
                .hasMessageContaining("can't be read: " + compression);
    }

    @Test
    void clientsBeforeFiveMeanZlib() {
        assertThat(Bodies.decompress(Bodies.compress(BODY, Compression.ZLIB), 1))
                .isEqualTo(BODY);
        assertThatThrownBy(() -> Bodies.decompress(BODY, 0x401)).hasMessageContaining("the number 4");
    }

    @Test
    void namesTheLibraryThatIsMissing() throws ReflectiveOperationException {
        Class<?> bodies = Class.forName(Bodies.class.getName(), true, new WithoutLibraries());

        assertThat(compress(bodies, Compression.ZLIB)).isNull();
        assertThat(compress(bodies, Compression.LZ4)).hasMessageContaining("add at.yawk.lz4:lz4-java");
        assertThat(compress(bodies, Compression.ZSTD)).hasMessageContaining("add com.github.luben:zstd-jni");
    }

    private static @Nullable Throwable compress(Class<?> bodies, Compression compression)
            throws ReflectiveOperationException {
        try {
            bodies.getMethod("compress", byte[].class, Compression.class).invoke(null, BODY, compression);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    @ParameterizedTest
    @EnumSource
    void producersCompressLargeBodiesOnEveryWay(Compression compression) {
        try (FakeCluster cluster = new FakeCluster();
                MillraceClient client = cluster.client()) {
            cluster.namesrv.route("single", 1, cluster.a);
            cluster.namesrv.route("multi", 1, cluster.b);
            cluster.namesrv.route("queue", 1, cluster.old);
            Producer single = client.producer().compressed(compression).build();
            Producer batching = client.producer()
                    .compressed(compression)
                    .batching(Batching.defaults())
                    .build();

            single.send(Message.of("single", BODY));
            batching.send(Message.of("multi", BODY));
            List<CompletableFuture<SendResult>> sends = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sends.add(batching.sendAsync(Message.of("queue", i % 3 == 0 ? BODY : new byte[] {1})));
            }
            sends.forEach(CompletableFuture::join);

            assertThat(check(cluster.a.record("single", 0, 0), compression)).isEqualTo(BODY);
            assertThat(check(cluster.b.record("multi", 0, 0), compression)).isEqualTo(BODY);
            for (int i = 0; i < 20; i++) {
                byte[] record = cluster.old.record("queue", 0, i);
                byte[] body =
                        Records.decode(ByteBuffer.wrap(record), "old").get(0).body();
                assertThat(body.length).isEqualTo(i % 3 == 0 ? BODY.length : 1);
            }
        }
    }

    private static byte[] check(byte[] record, Compression compression) {
        ByteBuffer bytes = ByteBuffer.wrap(record);
        assertThat(StoredMessageLayout.systemFlag(bytes, 0)).isEqualTo(Bodies.flag(compression));
        return Records.decode(bytes, "a").get(0).body();
    }
}
