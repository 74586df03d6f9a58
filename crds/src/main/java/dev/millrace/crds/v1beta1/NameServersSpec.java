package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Range;
import dev.millrace.crds.schema.Text;
import java.util.Map;

/** The NameServers of a cluster. Thread-safe: immutable. */
public record NameServersSpec(
        @Describe(value = "NameServers; each knows every route, any one is enough", unit = "processes")
        @Range(min = 1, max = 9)
        @Default("3")
        int replicas,

        @Describe(
                value = "CPU and memory of a NameServer container; of no effect in local mode",
                effect = Effect.RESTART)
        Map<String, Object> resources,

        @Describe(value = "settings of the NameServer, passed as they are", effect = Effect.RESTART)
        @Items(max = 64)
        @Text(max = 1024)
        Map<String, String> config,

        @Describe(value = "parts of the pod template; of no effect in local mode", effect = Effect.RESTART)
        Map<String, Object> template) {}
