package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.ServerWritten;
import dev.millrace.crds.schema.Text;

/** A cluster: its NameServers, its broker groups and what they promise. Thread-safe: immutable. */
@ServerWritten("status")
public record MessageCluster(
        @Describe(value = "always millrace.dev/v1beta1", effect = Effect.FIXED) @Required @Text(max = 64)
        String apiVersion,

        @Describe(value = "always MessageCluster", effect = Effect.FIXED) @Required @Text(max = 64)
        String kind,

        @Describe("name and labels") @Required Metadata metadata,
        @Describe("what the cluster should be") @Required ClusterSpec spec)
        implements Resource {}
