package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Items;
import dev.millrace.crds.schema.Range;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.Spelling;
import dev.millrace.crds.schema.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A port that clients connect to. Thread-safe: immutable. */
public record ListenerSpec(
        @Describe(value = "name of the listener", effect = Effect.RESTART)
        @Required
        @Text(
                max = 25,
                pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                shape = "lower case letters, digits and - with a letter or digit at both ends")
        String name,

        @Describe(value = "TCP port", effect = Effect.RESTART) @Required @Range(min = 1, max = 65535)
        int port,

        @Describe(value = "where clients are", effect = Effect.RESTART) @Default("internal")
        Type type,

        @Describe(value = "encryption; none where left out", effect = Effect.RESTART) @Nullable
        Tls tls,

        @Describe(value = "how clients prove who they are", effect = Effect.RESTART)
        Map<String, Object> authentication,

        @Describe(value = "host name told to clients", effect = Effect.RESTART) @Nullable @Text(max = 253)
        String advertisedHostTemplate,

        @Describe("annotations of the Service") @Items(max = 32) @Text(max = 1024)
        Map<String, String> serviceAnnotations) {
    /** Where the clients of a listener are. */
    public enum Type {
        @Spelling("internal")
        INTERNAL,
        @Spelling("loadbalancer")
        LOAD_BALANCER,
        @Spelling("nodeport")
        NODE_PORT,
        @Spelling("proxy")
        PROXY
    }

    /** Encryption of a listener. */
    public record Tls(
            @Describe(value = "whether clients must use TLS", effect = Effect.RESTART) @Default("false")
            boolean enabled,

            @Describe("Secret with the certificate") @Nullable @Text(max = 253)
            String secretName,

            @Describe("cert-manager issuer of the certificate")
            Map<String, Object> issuerRef) {}
}
