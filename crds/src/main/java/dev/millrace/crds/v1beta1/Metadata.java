package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.ServerWritten;
import dev.millrace.crds.schema.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Name and labels of a resource, as every Kubernetes object has them. */
@ServerWritten({
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid"
})
public record Metadata(
        @Describe(value = "name of the resource in its namespace", effect = Effect.FIXED)
        @Required
        @Text(
                max = 253,
                min = 1,
                pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                shape = "lower case letters, digits, - and . with a letter or digit at both ends")
        String name,

        @Describe(value = "namespace; of no effect in local mode", effect = Effect.FIXED)
        @Nullable
        @Text(
                max = 63,
                min = 1,
                pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                shape = "lower case letters, digits and -")
        String namespace,

        @Describe("labels for selectors") @Items(max = 256) @Text(max = 63)
        Map<String, String> labels,

        @Describe("annotations; those with the prefix millrace.dev/ are requests to the operator")
        @Items(max = 256)
        @Text(max = 262144)
        Map<String, String> annotations) {}
