package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Checked;
import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Durations;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Findings;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Range;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a cluster should be. Thread-safe: immutable. */
public record ClusterSpec(
        @Describe(
                value = "version of the servers, as in 1.4.0; the operator's own where left out",
                effect = Effect.RESTART)
        @Nullable
        @Text(max = 32, pattern = "^\\d+\\.\\d+\\.\\d+$", shape = "three numbers such as 1.4.0")
        String version,

        @Describe(value = "where the server images come from; of no effect in local mode", effect = Effect.RESTART)
        @Default("{}")
        Image image,

        @Describe("the NameServers") @Default("{}") NameServersSpec nameServers,
        @Describe("the broker groups") @Required BrokersSpec brokers,

        @Describe(value = "the ports that clients connect to", effect = Effect.RESTART)
        @Items(max = 16, min = 1, key = "name")
        @Default("[{name: internal, port: 10911, type: internal}]")
        List<ListenerSpec> listeners,

        @Describe("stateless proxies in front of the brokers; of no effect in local mode") @Default("{}")
        Proxy proxy,

        @Describe(value = "access control and certificates", effect = Effect.RESTART) @Default("{}")
        SecuritySpec security,

        @Describe("what brokers make by themselves when a client names it") @Default("{}")
        AutoCreate autoCreate,

        @Describe("objects for the Prometheus operator; of no effect in local mode") @Default("{}")
        Monitoring monitoring,

        @Describe("whether a NetworkPolicy closes what clients do not need; of no effect in local mode") @Default("{}")
        Toggle networkPolicy,

        @Describe("whether PodDisruptionBudgets hold back evictions; of no effect in local mode") @Default("{}")
        Toggle podDisruptionBudget,

        @Describe("when restarts that can wait may happen; any time where left out") @Nullable
        Maintenance maintenance,

        @Describe("what deleting this resource does to the stored messages") @Default("{}")
        Deletion deletion)
        implements Checked {
    @Override
    public void check(Findings findings) {
        for (int i = 0; i < listeners.size(); i++) {
            ListenerSpec listener = listeners.get(i);
            if (listeners.subList(0, i).stream().anyMatch(other -> other.port() == listener.port())) {
                findings.refuse(
                        "listeners[" + i + "].port",
                        "two listeners have the same port " + listener.port(),
                        "give each listener its own");
            }
        }
    }

    /** Where images come from; the digest wins over the tag. */
    public record Image(
            @Describe(value = "image repository", effect = Effect.RESTART) @Nullable @Text(max = 255)
            String repository,

            @Describe(value = "image tag", effect = Effect.RESTART) @Nullable @Text(max = 128)
            String tag,

            @Describe(value = "image digest", effect = Effect.RESTART)
            @Nullable
            @Text(max = 128, pattern = "^sha256:[0-9a-f]{64}$", shape = "sha256: and 64 hexadecimal digits")
            String digest,

            @Describe(value = "when the node pulls the image", effect = Effect.RESTART) @Nullable
            PullPolicy pullPolicy,

            @Describe(value = "Secrets to pull with", effect = Effect.RESTART) @Items(max = 8, key = "name")
            List<SecretRef> pullSecrets) {}

    /** When a node pulls an image. */
    public enum PullPolicy {
        ALWAYS,
        IF_NOT_PRESENT,
        NEVER
    }

    /** Stateless proxies. */
    public record Proxy(
            @Describe(value = "proxies; 0 for none", unit = "pods") @Range(min = 0, max = 100) @Default("0")
            int replicas,

            @Describe(value = "CPU and memory of a proxy container", effect = Effect.RESTART)
            Map<String, Object> resources,

            @Describe(value = "settings of the proxy", effect = Effect.RESTART) @Items(max = 64) @Text(max = 1024)
            Map<String, String> config) {}

    /** What brokers make by themselves. */
    public record AutoCreate(
            @Describe(value = "whether a broker makes a topic on the first message to it", effect = Effect.RESTART)
            @Default("false")
            boolean topics,

            @Describe(value = "whether a broker makes a consumer group on its first request", effect = Effect.RESTART)
            @Default("false")
            boolean groups) {}

    /** Objects for the Prometheus operator. */
    public record Monitoring(
            @Describe("a PodMonitor for all servers") @Default("{}")
            Monitor podMonitor,

            @Describe("alerts") @Default("{}") Monitor prometheusRule) {}

    /** One object for the Prometheus operator. */
    public record Monitor(
            @Describe("whether it is made") @Default("false")
            boolean enabled,

            @Describe("labels it is found by") @Items(max = 32) @Text(max = 63)
            Map<String, String> labels) {}

    /** Something that is made unless switched off. */
    public record Toggle(
            @Describe("whether it is made") @Default("true") boolean enabled) {}

    /** When restarts that can wait may happen; repairs are not held back. */
    public record Maintenance(
            @Describe("the times") @Items(max = 16) List<Window> windows) {}

    /** A time that comes again and again. */
    public record Window(
            @Describe("when it begins, five fields of cron") @Required @Text(max = 64)
            String cron,

            @Describe(value = "how long it lasts", unit = "duration")
            @Required
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            String duration,

            @Describe("time zone of cron, as in Europe/Berlin; UTC where left out") @Nullable @Text(max = 64)
            String timeZone) {}

    /** What deleting a cluster does. */
    public record Deletion(
            @Describe("Retain keeps the volumes, Delete removes them") @Default("Retain")
            Policy policy) {}

    /** What happens to the volumes of a deleted cluster. */
    public enum Policy {
        RETAIN,
        DELETE
    }
}
