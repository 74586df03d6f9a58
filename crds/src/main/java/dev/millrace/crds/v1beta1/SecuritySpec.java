package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Default;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Durations;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Text;
import org.jspecify.annotations.Nullable;

/** Access control and certificates. Thread-safe: immutable. */
public record SecuritySpec(
        @Describe(value = "access control", effect = Effect.RESTART) @Default("{}")
        Acl acl,

        @Describe("Secret with the administrator's key; made where left out") @Nullable
        SecretRef superUserSecretRef,

        @Describe(value = "certificates between servers and to clients", effect = Effect.RESTART) @Default("{}")
        Tls tls) {
    /** Access control. */
    public record Acl(
            @Describe(value = "whether clients need a user; of no effect in local mode", effect = Effect.RESTART)
            @Default("true")
            boolean enabled) {}

    /** Certificates. */
    public record Tls(
            @Describe(
                    value = "None for plain text, Managed for certificates of the operator, Provided for your own",
                    effect = Effect.RESTART)
            @Default("None")
            Mode mode,

            @Describe(value = "how long before its end a certificate is renewed", unit = "duration")
            @Nullable
            @Text(max = Durations.LENGTH_MAX, pattern = Durations.PATTERN, shape = Durations.SHAPE)
            String renewBefore,

            @Describe("Secret with your certificate authority") @Nullable
            SecretRef caSecretRef) {}

    /** Who makes the certificates. */
    public enum Mode {
        NONE,
        MANAGED,
        PROVIDED
    }
}
