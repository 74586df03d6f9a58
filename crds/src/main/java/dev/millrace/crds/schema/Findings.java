package dev.millrace.crds.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Collects problems at and below one node of a resource.
 *
 * <p>Thread-safe: confined to the thread that reads the file.
 */
public final class Findings {
    /** More than a person will read; the rest is not kept. */
    private static final int PROBLEMS_MAX = 100;

    private final String file;
    private final String path;
    private final ToIntFunction<String> lineOf;
    private final Collected collected;

    private Findings(String file, String path, ToIntFunction<String> lineOf, Collected collected) {
        this.file = file;
        this.path = path;
        this.lineOf = lineOf;
        this.collected = collected;
    }

    /** An empty collection for one file. */
    public static Findings of(String file) {
        return new Findings(file, "", child -> 1, new Collected());
    }

    /** The same collection, seen from another node: {@code lineOf} gives the 1-based line of a path below it. */
    Findings at(String newPath, ToIntFunction<String> newLineOf) {
        return new Findings(file, newPath, newLineOf, collected);
    }

    /** Adds a problem at {@code child}, a dotted path below this node; empty for the node itself. */
    public void refuse(String child, String what, String remedy) {
        refuse(lineOf.applyAsInt(child), join(path, child), what, remedy);
    }

    void refuse(int line, String fullPath, String what, String remedy) {
        collected.total++;
        if (collected.kept.size() < PROBLEMS_MAX) {
            collected.kept.add(new Problem(file, line, fullPath, what, remedy));
        }
    }

    /** All problems so far, also those that were not kept. */
    int count() {
        return collected.total;
    }

    public List<Problem> problems() {
        return List.copyOf(collected.kept);
    }

    static String join(String parent, String child) {
        if (parent.isEmpty() || child.isEmpty()) {
            return parent + child;
        }
        return child.startsWith("[") ? parent + child : parent + "." + child;
    }

    /** What all views of one collection share. Confined to the thread that reads the file. */
    private static final class Collected {
        private final List<Problem> kept = new ArrayList<>();
        private int total;
    }
}
