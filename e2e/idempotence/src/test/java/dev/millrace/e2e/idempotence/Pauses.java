package dev.millrace.e2e.idempotence;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Work that takes up to ten milliseconds, so that a kill meets a listener anywhere. Thread-safe. */
final class Pauses {
    private static final int MICROS_MAX = 10_000;

    private final CountDownLatch never = new CountDownLatch(1);
    private final Random random;

    Pauses(String process) {
        random = new Random(process.hashCode());
    }

    void pause() throws InterruptedException {
        if (never.await(random.nextInt(MICROS_MAX), TimeUnit.MICROSECONDS)) {
            throw new AssertionError("nobody counts this latch down");
        }
    }
}
