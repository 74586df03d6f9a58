package dev.millrace.crds.v1beta1;

import dev.millrace.crds.schema.Checked;
import dev.millrace.crds.schema.Describe;
import dev.millrace.crds.schema.Effect;
import dev.millrace.crds.schema.Findings;
import dev.millrace.crds.schema.Required;
import dev.millrace.crds.schema.ServerWritten;
import dev.millrace.crds.schema.Text;
import java.util.Map;
import java.util.TreeMap;

/** A topic of one cluster. Thread-safe: immutable. */
@ServerWritten("status")
public record Topic(
        @Describe(value = "always millrace.dev/v1beta1", effect = Effect.FIXED) @Required @Text(max = 64)
        String apiVersion,

        @Describe(value = "always Topic", effect = Effect.FIXED) @Required @Text(max = 64)
        String kind,

        @Describe("name and labels") @Required Metadata metadata,
        @Describe("what the topic should be") @Required TopicSpec spec)
        implements Resource, Checked {
    private static final int NAME_MAX = 127;

    /** The name applications use. */
    public String topicName() {
        return spec.topicName() == null ? metadata.name() : spec.topicName();
    }

    /** Whether the messages of a queue keep their order. */
    public boolean isFifo() {
        return spec.type() == TopicSpec.Type.FIFO;
    }

    /** Attributes of the topic on a broker: those given, and the type where it is not the usual one. */
    public Map<String, String> brokerAttributes() {
        Map<String, String> all = new TreeMap<>(spec.attributes());
        if (spec.type() != TopicSpec.Type.NORMAL) {
            all.put("message.type", spec.type().name());
        }
        if (spec.deduplication() != null) {
            all.putAll(spec.deduplication().brokerAttributes());
        }
        return all;
    }

    @Override
    public void check(Findings findings) {
        String name = metadata.name();
        if (spec.topicName() == null && (name.length() > NAME_MAX || name.contains("."))) {
            findings.refuse(
                    "metadata.name",
                    "'" + name + "' is no topic name (at most " + NAME_MAX + " of a-z 0-9 -)",
                    "set spec.topicName");
        }
    }
}
