package dev.millrace.e2e.idempotence;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MessageListener;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.idempotent.IdempotenceSettings;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A consumer of the group as a process of its own, to be killed. Arguments: NameServer, topic, kind and port of the store,
 * mode, its own name, and a file that gets a line for each delivery.
 */
final class ConsumerMain {
    static final int THREADS = 4;

    private static final Duration LEASE = Duration.ofSeconds(5);

    private ConsumerMain() {}

    static String group(String topic) {
        return topic + "-group";
    }

    static IdempotenceSettings settings(Effects.Mode mode) {
        return IdempotenceSettings.of("killed-" + mode).withLease(LEASE);
    }

    static String text(ReceivedMessage message) {
        return new String(message.body(), UTF_8);
    }

    static Process start(Path output, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                ConsumerMain.class.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        String topic = arguments[1];
        Effects effects = Effects.of(StoreServer.valueOf(arguments[2]), Integer.parseInt(arguments[3]));
        MessageListener once = effects.listener(Effects.Mode.valueOf(arguments[4]), arguments[5]);
        FileOutputStream deliveries = new FileOutputStream(arguments[6]);
        MillraceClient client = MillraceClient.builder().namesrv(arguments[0]).build();
        Consumer consumer = client.consumer(group(topic))
                .subscribe(topic, Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .threads(THREADS)
                .listener(message -> {
                    // One write a line: what was written before a kill is there.
                    deliveries.write((text(message) + "\n").getBytes(UTF_8));
                    return once.consume(message);
                })
                .start();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            consumer.close();
                            client.close();
                        },
                        "consumer-end"));
        new CountDownLatch(1).await();
    }
}
