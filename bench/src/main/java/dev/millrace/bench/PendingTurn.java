package dev.millrace.bench;

import dev.millrace.bench.server.RunningServer;
import dev.millrace.cli.load.LoadPlan;
import dev.millrace.client.ClientException;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Makes a broker hold many messages back, due at random times of the two days after the next hour, and measures plain
 * sends before and after, and the broker's memory. Our client drives either broker, in this process: one message per
 * request. Owner: the main thread.
 */
final class PendingTurn {
    private static final int PLAIN_IN_FLIGHT = 256;
    private static final int PLAIN_WARMUP_COUNT = 100_000;
    private static final int PLAIN_COUNT = 400_000;
    private static final int CHUNK = 100_000;
    private static final Duration FIRST_DUE = Duration.ofHours(1);
    private static final Duration SPREAD = Duration.ofDays(2);
    private static final List<String> TIMER_FOLDERS = List.of("timers", "timerwheel", "timerlog");

    private final Turn turn;
    private final LoadPlan plan;

    PendingTurn(Turn turn, LoadPlan plan) {
        this.turn = turn;
        this.plan = plan;
    }

    PendingRow run(Side side) throws IOException, InterruptedException {
        if (!side.keepsCommitLog()) {
            return PendingRow.unable(side.label(), "not possible: this broker holds nothing back");
        }
        try (var server = turn.start(side);
                var client = MillraceClient.builder().namesrv(server.address()).build();
                var producer = client.producer().build()) {
            return measure(side, server, producer);
        } catch (ClientException | IllegalStateException e) {
            return PendingRow.failed(
                    side.label(), String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    private PendingRow measure(Side side, RunningServer server, Producer producer)
            throws IOException, InterruptedException {
        byte[] body = new byte[plan.bodyBytes()];
        var plain = new Sends(producer, PLAIN_IN_FLIGHT, index -> Message.of("plain", body));
        plain.send(PLAIN_WARMUP_COUNT);
        long anonymousBefore = anonymousBytes(server);
        var before = plain.send(PLAIN_COUNT);

        var random = new SplittableRandom(1);
        var first = Instant.now().plus(FIRST_DUE);
        var held = new Sends(
                producer,
                plan.lanes(),
                index -> Message.of("held", body).withDeliveryAt(first.plusMillis(random.nextLong(SPREAD.toMillis()))));
        long start = System.nanoTime();
        long heldCount = 0;
        while (heldCount < plan.messageCount() && secondsSince(start) < plan.secondsMax()) {
            int count = (int) Math.min(CHUNK, plan.messageCount() - heldCount);
            held.send(count);
            heldCount += count;
        }
        double heldRate = heldCount / secondsSince(start);

        long anonymousAfter = anonymousBytes(server);
        var after = plain.send(PLAIN_COUNT);
        return new PendingRow(
                side.label(),
                heldCount,
                heldRate,
                before,
                after,
                anonymousBefore,
                anonymousAfter,
                timerBytes(server.folder().resolve("store")),
                "",
                false);
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** {@code RssAnon} of the broker, 0 where the system does not tell. */
    private static long anonymousBytes(RunningServer server) throws IOException {
        var status = Path.of("/proc", String.valueOf(server.broker().pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024)
                .sum();
    }

    private static long timerBytes(Path store) throws IOException {
        long bytes = 0;
        for (var name : TIMER_FOLDERS) {
            bytes += bytesBelow(store.resolve(name));
        }
        return bytes;
    }

    private static long bytesBelow(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        long bytes = 0;
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /** Sends with a bound on what is under way. Owner: the main thread. */
    private record Sends(Producer producer, int inFlight, IntFunction<Message> messages) {

        /** Returns when all were answered. */
        PendingRow.Plain send(int count) throws InterruptedException {
            var free = new Semaphore(inFlight);
            var failures = new AtomicInteger();
            var latencies = new long[count];
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                free.acquire();
                int index = i;
                long sentNanos = System.nanoTime();
                var unused = producer.sendAsync(messages.apply(index)).whenComplete((result, failure) -> {
                    if (failure != null) {
                        failures.incrementAndGet();
                    }
                    latencies[index] = System.nanoTime() - sentNanos;
                    free.release();
                });
            }
            free.acquire(inFlight);
            if (failures.get() > 0) {
                throw new IllegalStateException(failures + " of " + count + " sends failed");
            }
            double rate = count / secondsSince(start);
            Arrays.sort(latencies);
            return new PendingRow.Plain(rate, latencies[count / 2] / 1e6, latencies[(int) (count * 0.99)] / 1e6);
        }
    }
}
