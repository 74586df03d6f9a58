package dev.millrace.crds.schema;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML texts as trees of nodes that know their lines. Thread-safe: stateless. */
public final class YamlNodes {
    /** Characters of one file; a resource file is a few thousand. */
    private static final int FILE_CHARS_MAX = 1 << 20;

    private YamlNodes() {}

    /**
     * Every document of a stream, empty ones left out.
     *
     * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException where the text is no YAML, or longer than 1 Mi characters
     */
    public static List<Node> ofStream(InputStream yaml) {
        List<Node> documents = new ArrayList<>();
        for (Node document : new Compose(settings()).composeAllFromInputStream(yaml)) {
            if (!isNull(document)) {
                documents.add(document);
            }
        }
        return documents;
    }

    static Node ofText(String yaml) {
        return new Compose(settings())
                .composeString(yaml)
                .orElseThrow(
                        () -> new AssertionError("default '" + yaml + "' is empty; write '\"\"' for an empty text"));
    }

    /** 1-based. */
    public static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static LoadSettings settings() {
        return LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setCodePointLimit(FILE_CHARS_MAX)
                .setAllowRecursiveKeys(false)
                .build();
    }
}
