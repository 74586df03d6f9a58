package dev.millrace.store;

import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * A program that opens a store, says {@code open} or {@code refused: …}, appends one message for each line it reads
 * ({@code appended …}), and closes at the end of its input ({@code closed}).
 */
final class StoreProcess {
    private StoreProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (MessageStore store = open(TestConfig.small(Path.of(arguments[0])))) {
            System.out.println("open");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null && !line.equals("close"); line = in.readLine()) {
                TestAppend request = TestAppend.of(store.queue("t", 0), TestRecords.record("t", 0, line, ""));
                store.append(request);
                System.out.println((request.await().isAppended() ? "appended " : "not appended ") + line);
            }
        } catch (StoreException e) {
            System.out.println("refused: " + e.getMessage());
            return;
        }
        System.out.println("closed");
    }

    /** A store with real threads on a real disk. */
    static MessageStore open(TestConfig config) {
        return StoreWiring.open(
                config.bind(),
                new StoreDependencies(
                        new LocalDisk(),
                        InstantSource.system(),
                        System::nanoTime,
                        new AgentThreads(
                                0, (role, fault) -> System.out.println("thread failed: " + role + " " + fault)),
                        fault -> System.out.println("store failed: " + fault.getMessage()),
                        RecoveryListener.NONE));
    }
}
