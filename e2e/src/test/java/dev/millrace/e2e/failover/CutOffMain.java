package dev.millrace.e2e.failover;

import dev.millrace.e2e.servers.BrokerGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs a {@link FailoverRun} in network namespaces; for a process that has one of its own. */
final class CutOffMain {
    private static final int COPIES = 3;

    private CutOffMain() {}

    /** @param args folder for everything, file of the report, rounds, acks, losses separated by commas */
    public static void main(String[] args) throws IOException {
        List<Loss> losses = Stream.of(args[4].split(",")).map(Loss::valueOf).toList();
        FailoverRun run = new FailoverRun(losses, Integer.parseInt(args[2]), args[3].equals("Async"));
        try (BrokerGroup group = BrokerGroup.startInNamespaces(
                Path.of(args[0]),
                COPIES,
                new BrokerGroup.Durability(args[3], "ASYNC", args[3].equals("Async") ? 1 : 2))) {
            run.run(group, Path.of(args[1]));
        }
    }
}
