package dev.millrace.crds;

import dev.millrace.crds.schema.Findings;
import dev.millrace.crds.schema.Problem;
import dev.millrace.crds.schema.RecordReader;
import dev.millrace.crds.schema.YamlNodes;
import dev.millrace.crds.v1beta1.MessageCluster;
import dev.millrace.crds.v1beta1.Resource;
import dev.millrace.crds.v1beta1.Topic;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads resource files, several documents in each, and reports every problem of all of them.
 *
 * <p>Thread-safe: stateless.
 */
public final class ResourceFiles {
    private static final Map<String, Class<? extends Record>> KINDS = kinds();
    private static final Set<String> KUBERNETES_ONLY =
            new TreeSet<>(Set.of("BacklogRedistribution", "BrokerGroup", "ConsumerGroup", "MessageUser"));

    private ResourceFiles() {}

    /** Reads files from disk. */
    public static LoadOutcome load(List<Path> files) {
        Map<String, String> texts = new LinkedHashMap<>();
        Findings unreadable = Findings.of("");
        List<Problem> problems = new ArrayList<>();
        for (Path file : files) {
            try {
                texts.put(file.toString(), Files.readString(file));
            } catch (IOException e) {
                unreadable = Findings.of(file.toString());
                unreadable.refuse("", "cannot be read: " + reason(e), "name a readable file");
                problems.addAll(unreadable.problems());
            }
        }
        return problems.isEmpty() ? parse(texts) : new LoadOutcome.Refused(problems);
    }

    /** Reads texts; the key of each is the name that problems show. */
    public static LoadOutcome parse(Map<String, String> texts) {
        List<Resource> resources = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Set<String> names = new HashSet<>();
        texts.forEach((file, text) -> {
            Findings findings = Findings.of(file);
            for (Node document : documents(text, findings)) {
                Resource resource = read(document, findings);
                if (resource != null
                        && !names.add(
                                resource.kind() + "/" + resource.metadata().name())) {
                    findings.refuse(
                            "metadata.name",
                            resource.kind() + " '" + resource.metadata().name() + "' is there twice",
                            "keep one of them");
                } else if (resource != null) {
                    resources.add(resource);
                }
            }
            problems.addAll(findings.problems());
        });
        return problems.isEmpty() ? new LoadOutcome.Loaded(resources) : new LoadOutcome.Refused(problems);
    }

    private static List<Node> documents(String text, Findings findings) {
        try {
            return YamlNodes.ofStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> " at line " + (mark.getLine() + 1) + " column " + (mark.getColumn() + 1))
                    .orElse("");
            findings.refuse("", "no YAML" + where + ": " + e.getProblem(), "correct the text there");
        } catch (YamlEngineException e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            findings.refuse("", "no YAML: " + message, "correct the text");
        }
        return List.of();
    }

    private static @Nullable Resource read(Node document, Findings findings) {
        String apiVersion = scalar(document, "apiVersion");
        String kind = scalar(document, "kind");
        if (!apiVersion.equals(Resource.API_VERSION)) {
            findings.refuse(
                    "apiVersion",
                    "'" + apiVersion + "' in the document at line " + YamlNodes.line(document) + " is not known",
                    "write apiVersion: " + Resource.API_VERSION);
            return null;
        }
        Class<? extends Record> type = KINDS.get(kind);
        if (type == null) {
            String what = KUBERNETES_ONLY.contains(kind) ? " is served by Kubernetes only" : " is no kind here";
            findings.refuse(
                    "kind",
                    "'" + kind + "' in the document at line " + YamlNodes.line(document) + what,
                    "use one of " + String.join(", ", KINDS.keySet()));
            return null;
        }
        return (Resource) new RecordReader(findings).read(type, document);
    }

    private static String scalar(Node document, String name) {
        if (!(document instanceof MappingNode mapping)) {
            return "";
        }
        return mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(name))
                .map(tuple -> tuple.getValueNode() instanceof ScalarNode value ? value.getValue() : "")
                .findFirst()
                .orElse("");
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "there is no such file" : String.valueOf(e.getMessage());
    }

    private static Map<String, Class<? extends Record>> kinds() {
        Map<String, Class<? extends Record>> kinds = new LinkedHashMap<>();
        kinds.put("MessageCluster", MessageCluster.class);
        kinds.put("Topic", Topic.class);
        return kinds;
    }
}
