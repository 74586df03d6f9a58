package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.servers.Jars;
import dev.millrace.protocol.body.RetryPolicy;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pauses that a group's policy gives are those of Apache's own classes, on random policies. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class RetryPauseOracleIT {
    private static final String PACKAGE = "org.apache.rocketmq.remoting.protocol.subscription.";
    private static final int POLICIES = 500;
    /** Beyond that Apache's numbers run over and become pauses below 0; ours stay at the longest. */
    private static final int ATTEMPTS = 16;

    private static URLClassLoader apache;

    @BeforeAll
    static void open() throws IOException {
        try (Stream<Path> files = Files.list(Jars.ofApacheServers())) {
            URL[] jars = files.map(RetryPauseOracleIT::url).toArray(URL[]::new);
            apache = new URLClassLoader("apache", jars, ClassLoader.getPlatformClassLoader());
        }
    }

    @AfterAll
    static void close() throws IOException {
        apache.close();
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long apachePause(Object policy, int timesConsumed) throws ReflectiveOperationException {
        return (long)
                policy.getClass().getMethod("nextDelayDuration", int.class).invoke(policy, timesConsumed);
    }

    @Test
    void growingPausesAreTheSame() throws ReflectiveOperationException {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < POLICIES; i++) {
            long initial = random.nextLong(1, 20_000);
            long max = initial + random.nextLong(0, 10_000_000);
            long multiplier = random.nextLong(1, 6);
            Object theirs = apache.loadClass(PACKAGE + "ExponentialRetryPolicy")
                    .getConstructor(long.class, long.class, long.class)
                    .newInstance(initial, max, multiplier);
            RetryPolicy ours = new RetryPolicy(
                    null, new RetryPolicy.Exponential(initial, max, multiplier), RetryPolicy.EXPONENTIAL);
            for (int times = 0; times < ATTEMPTS; times++) {
                assertThat(ours.pauseMs(times))
                        .as("initial %d, max %d, multiplier %d, attempt %d", initial, max, multiplier, times)
                        .isEqualTo(apachePause(theirs, times));
            }
        }
    }

    @Test
    void listedPausesAreTheSame() throws ReflectiveOperationException {
        SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < POLICIES; i++) {
            long[] pauses = random.longs(random.nextInt(1, 20), 0, 1_000_000).toArray();
            Object theirs = apache.loadClass(PACKAGE + "CustomizedRetryPolicy")
                    .getConstructor(long[].class)
                    .newInstance((Object) pauses);
            List<Long> listed = LongStream.of(pauses).boxed().toList();
            RetryPolicy ours = new RetryPolicy(new RetryPolicy.Custom(listed), null, RetryPolicy.CUSTOMIZED);
            for (int times = 0; times < ATTEMPTS; times++) {
                assertThat(ours.pauseMs(times))
                        .as("%s, attempt %d", listed, times)
                        .isEqualTo(apachePause(theirs, times));
            }
        }
    }

    @Test
    void thePausesOfAGroupWithoutAPolicyAreTheDelayLevels() throws ReflectiveOperationException {
        Object theirs = apache.loadClass(PACKAGE + "CustomizedRetryPolicy")
                .getConstructor()
                .newInstance();

        assertThat(apachePause(theirs, 0)).isEqualTo(10_000);
        assertThat(apachePause(theirs, 15)).isEqualTo(7_200_000);
        assertThat(new RetryPolicy(null, null, null).pauseMs(3)).isEqualTo(-1);
    }
}
