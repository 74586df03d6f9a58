package dev.millrace.cli.local;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which cluster a command is about: by its NameServers, or by the data folder of a local one. */
public final class ClusterOption {
    @Option(
            names = {"-n", "--namesrv"},
            defaultValue = "${env:MILLRACE_NAMESRV}",
            paramLabel = "HOST:PORT[;…]",
            description = "NameServers of the cluster (default: $MILLRACE_NAMESRV, else those of the local cluster).")
    private @Nullable String nameServers;

    @Mixin
    private DataOption data = new DataOption();

    /** Connects; the caller closes. */
    public Cluster connect(Machine machine) {
        return machine.connector().connect(nameServers(machine));
    }

    /** The NameServers, {@code host:port} separated by semicolons. */
    public String nameServers(Machine machine) {
        return nameServers == null || nameServers.isBlank() ? local(machine) : nameServers;
    }

    private String local(Machine machine) {
        DataFolder folder = data.folder();
        return data.state()
                .map(state -> StatusReport.of(folder, state, machine))
                .filter(report -> !report.isDown())
                .map(StatusReport::nameServers)
                .orElseThrow(() -> new CliException(
                        ExitCode.NOT_RUNNING,
                        "nothing runs from " + folder.root() + "; start with 'millrace up', or name a cluster with"
                                + " --namesrv HOST:PORT"));
    }
}
