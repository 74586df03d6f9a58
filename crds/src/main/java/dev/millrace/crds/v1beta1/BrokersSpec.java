package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Checked;
import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Durations;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Findings;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Quantities;
import dev.millrace.crds.schema.Range;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.Text;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The broker groups of a cluster and what they promise. Thread-safe: immutable. */
public record BrokersSpec(
        @Describe(value = "broker groups; each is one replicated log, topics spread over all", unit = "groups")
        @Range(min = 1, max = 256)
        @Default("1")
        int groups,

        @Describe(value = "copies of each group, the master included", unit = "copies")
        @Range(min = 1, max = 5)
        @Default("3")
        int copies,

        @Describe("when a message counts as stored") @Default("{}")
        Durability durability,

        @Describe("when a replica takes over") @Default("{}")
        Failover failover,

        @Describe("the volume of each copy") @Required Storage storage,

        @Describe("how new versions and settings are rolled out; of no effect in local mode") @Default("{}")
        Update update,

        @Describe("how a group is emptied before it goes; of no effect in local mode") @Default("{}")
        Drain drain,

        @Describe(value = "how copies spread over zones; of no effect in local mode", effect = Effect.RESTART)
        @Default("{}")
        Topology topology,

        @Describe(value = "CPU and memory of a broker container; of no effect in local mode", effect = Effect.RESTART)
        Map<String, Object> resources,

        @Describe(value = "memory of the broker process", effect = Effect.RESTART) @Default("{}")
        Jvm jvm,

        @Describe(
                value =
                        "settings of the broker, passed as they are; each says in docs/configuration.md what a change does",
                effect = Effect.RESTART)
        @Items(max = 64)
        @Text(max = 1024)
        Map<String, String> config,

        @Describe(value = "parts of the pod template; of no effect in local mode", effect = Effect.RESTART)
        Map<String, Object> template,

        @Describe("what differs in single groups") @Items(max = 256, key = "group")
        List<GroupOverride> overrides)
        implements Checked {
    /** Keys that decide who a broker is and where its files lie: the operator and local mode set them. */
    private static final Set<String> FORBIDDEN_KEYS = Set.of(
            "brokerId",
            "brokerName",
            "brokerClusterName",
            "brokerRole",
            "brokerPermission",
            "namesrvAddr",
            "listenPort",
            "storePathRootDir",
            "storePathCommitLog",
            "broker.bind",
            "broker.cluster",
            "broker.host",
            "broker.http-port",
            "broker.id",
            "broker.name",
            "broker.namesrv",
            "broker.port",
            "store.path");

    /** Keys that have a field of their own, which would win over them. */
    private static final Map<String, String> FIELDS_OF_KEYS = Map.of(
            "broker.auto-create-topics", "spec.autoCreate.topics",
            "broker.auto-create-groups", "spec.autoCreate.groups",
            "store.flush.mode", "spec.brokers.durability.flush");

    @Override
    public void check(Findings findings) {
        Integer minInSync = durability.minInSync();
        if (minInSync != null && minInSync > copies) {
            findings.refuse(
                    "durability.minInSync",
                    "minInSync " + minInSync + " is more than copies " + copies,
                    "raise copies or lower minInSync");
        }
        if (copies == 1 && failover.enabled()) {
            findings.refuse("copies", "failover needs at least 2 copies", "with copies: 1 say failover.enabled: false");
        }
        checkConfig(findings);
        checkTemplate(findings);
    }

    private void checkConfig(Findings findings) {
        for (String key : config.keySet()) {
            String field = FIELDS_OF_KEYS.get(key);
            if (field != null) {
                findings.refuse("config." + key, "'" + key + "' has a field of its own", "say it with " + field);
            }
            if (FORBIDDEN_KEYS.contains(key)) {
                findings.refuse(
                        "config." + key, "identity, address and path keys are set for every broker", "remove it");
            }
        }
    }

    private void checkTemplate(Findings findings) {
        for (String key : List.of("hostNetwork", "allowHostNetwork")) {
            if (template.containsKey(key) && !(template.get(key) instanceof Boolean)) {
                findings.refuse(
                        "template." + key,
                        "'" + template.get(key) + "' is neither true nor false",
                        "write true or false");
                return;
            }
        }
        if (Boolean.TRUE.equals(template.get("hostNetwork"))
                && !Boolean.TRUE.equals(template.get("allowHostNetwork"))) {
            findings.refuse(
                    "template.hostNetwork", "hostNetwork opens the node's network", "add allowHostNetwork: true");
        }
    }

    /** When a message counts as stored. */
    public record Durability(
            @Describe(value = "who must hold a message before the producer hears of it", effect = Effect.HOT)
            @Default("AllInSync")
            Acks acks,

            @Describe(
                    value =
                            "copies that must be in sync for a send to be taken; where left out 2 from three copies on, else 1",
                    unit = "copies")
            @Nullable
            @Range(min = 1, max = 5)
            Integer minInSync,

            @Describe(
                    value = "Sync forces each message to disk before it counts, Async leaves that to a timer",
                    effect = Effect.RESTART)
            @Default("Async")
            Flush flush)
            implements Checked {
        @Override
        public void check(Findings findings) {
            if (acks == Acks.ASYNC && minInSync != null && minInSync != 1) {
                findings.refuse("minInSync", "minInSync " + minInSync + " with acks: Async", "say acks: AllInSync");
            }
        }
    }

    /** Who must hold a message. */
    public enum Acks {
        ALL_IN_SYNC,
        ASYNC
    }

    /** When bytes are forced. */
    public enum Flush {
        SYNC,
        ASYNC
    }

    /** When a replica takes over. */
    public record Failover(
            @Describe("whether a replica takes over by itself; needs at least 2 copies") @Default("true")
            boolean enabled,

            @Describe(
                    value = "silence of the master after which replicas ask whether it is gone, at least 500ms",
                    unit = "duration")
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            @Default("3s")
            String suspicion,

            @Describe("how long a master may act without news from the control plane")
            @Default("{durationSeconds: 10, renewSeconds: 3}")
            Lease lease,

            @Describe("whether an AllInSync master goes on while the control plane is away; Async always fences")
            @Default("Continue")
            OnControlPlaneLoss onControlPlaneLoss)
            implements Checked {
        private static final Duration SUSPICION_MIN = Duration.ofMillis(500);

        @Override
        public void check(Findings findings) {
            if (Durations.parse(suspicion).compareTo(SUSPICION_MIN) < 0) {
                findings.refuse("suspicion", "'" + suspicion + "' is too short", "give at least 500ms");
            }
        }
    }

    /** How long a master may act without news. */
    public record Lease(
            @Describe(value = "length of the lease", unit = "seconds") @Range(min = 3, max = 3600) @Default("10")
            int durationSeconds,

            @Describe(value = "how often it is renewed; three times this must fit into the lease", unit = "seconds")
            @Range(min = 1, max = 1200)
            @Default("3")
            int renewSeconds)
            implements Checked {
        private static final int RENEWALS_MIN = 3;

        @Override
        public void check(Findings findings) {
            if (renewSeconds * RENEWALS_MIN > durationSeconds) {
                findings.refuse(
                        "",
                        "durationSeconds " + durationSeconds + " is less than 3 x renewSeconds " + renewSeconds,
                        "raise durationSeconds or lower renewSeconds");
            }
        }
    }

    /** What a master does while the control plane is away. */
    public enum OnControlPlaneLoss {
        CONTINUE,
        FENCE
    }

    /** The volume of each copy. */
    public record Storage(
            @Describe(
                    value = "size of the volume, as in 100Gi; may only grow; in local mode not enforced",
                    unit = "quantity")
            @Required
            @Text(max = 32)
            String size,

            @Describe(value = "storage class; the cluster's default where left out", effect = Effect.FIXED)
            @Nullable
            @Text(max = 253, min = 1)
            String className,

            @Describe("what becomes of the volume of a removed copy") @Default("Retain")
            WhenDeleted whenDeleted)
            implements Checked {
        @Override
        public void check(Findings findings) {
            checkSize(size, "size", findings);
        }
    }

    /** What becomes of a volume. */
    public enum WhenDeleted {
        RETAIN,
        DELETE
    }

    /** How changes are rolled out. */
    public record Update(
            @Describe("Rolling starts by itself, OnDemand waits for the annotation millrace.dev/restart")
            @Default("Rolling")
            Strategy strategy,

            @Describe("whether a master hands over before its restart") @Default("Switchover")
            MasterMethod masterMethod,

            @Describe(value = "groups that may restart at the same time; one copy per group always", unit = "groups")
            @Range(min = 1, max = 256)
            @Default("1")
            int parallelGroups,

            @Describe(
                    value = "how long a restarted copy may take to be in sync; longer while it makes progress",
                    unit = "duration")
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            @Default("30m")
            String catchUpTimeout) {}

    /** When a roll-out starts. */
    public enum Strategy {
        ROLLING,
        ON_DEMAND
    }

    /** How a master is restarted. */
    public enum MasterMethod {
        SWITCHOVER,
        RESTART
    }

    /** How a group is emptied before it goes. */
    public record Drain(
            @Describe("wait until consumers have read everything, or hand the rest to other groups")
            @Default("WaitForConsumers")
            Mode mode,

            @Describe(value = "when a drain counts as blocked; never where left out", unit = "duration")
            @Nullable
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            String deadline,

            @Describe(value = "how long producers may still use an old route, at least 60s", unit = "duration")
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            @Default("90s")
            String routeSettle,

            @Describe("consumer groups that do not hold a drain back")
            @Items(max = 256, distinct = true)
            @Text(max = 120)
            List<String> ignoreGroups)
            implements Checked {
        private static final Duration ROUTE_SETTLE_MIN = Duration.ofSeconds(60);

        @Override
        public void check(Findings findings) {
            if (Durations.parse(routeSettle).compareTo(ROUTE_SETTLE_MIN) < 0) {
                findings.refuse(
                        "routeSettle",
                        "'" + routeSettle + "' is too short, clients ask for routes every 30 s",
                        "give at least 60s");
            }
        }
    }

    /** How a group is emptied. */
    public enum Mode {
        WAIT_FOR_CONSUMERS,
        REDISTRIBUTE
    }

    /** How copies spread over failure zones. */
    public record Topology(
            @Describe(value = "node label that names the zone", effect = Effect.RESTART)
            @Text(max = 316)
            @Default("topology.kubernetes.io/zone")
            String key,

            @Describe(value = "what to do with a copy that fits no zone", effect = Effect.RESTART)
            @Default("ScheduleAnyway")
            WhenUnsatisfiable whenUnsatisfiable) {}

    /** What happens to a copy that fits no zone. */
    public enum WhenUnsatisfiable {
        SCHEDULE_ANYWAY,
        DO_NOT_SCHEDULE
    }

    /** Memory of the broker process. */
    public record Jvm(
            @Describe(
                    value =
                            "share of the container's memory for the heap; the rest is for the page cache; of no effect in local mode",
                    unit = "percent",
                    effect = Effect.RESTART)
            @Range(min = 20, max = 80)
            @Default("50")
            int heapPercent) {}

    /** What differs in one group. */
    public record GroupOverride(
            @Describe(value = "number of the group, from 0", effect = Effect.FIXED) @Required @Range(min = 0, max = 255)
            int group,

            @Describe("whether the group takes no new messages") @Nullable
            Boolean cordoned,

            @Describe(value = "the zone of all its copies", effect = Effect.RESTART) @Nullable @Text(max = 63)
            String zone,

            @Describe(value = "CPU and memory instead of brokers.resources", effect = Effect.RESTART)
            Map<String, Object> resources,

            @Describe("another size of the volume") @Nullable
            OverrideStorage storage) {}

    /** Another size of the volumes of one group. */
    public record OverrideStorage(
            @Describe(value = "size of the volume; may only grow", unit = "quantity") @Required @Text(max = 32)
            String size)
            implements Checked {
        @Override
        public void check(Findings findings) {
            checkSize(size, "size", findings);
        }
    }

    private static void checkSize(String size, String field, Findings findings) {
        if (!Quantities.isPositive(size)) {
            findings.refuse(field, "'" + size + "' is no size", "give a size such as 100Gi");
        }
    }
}
