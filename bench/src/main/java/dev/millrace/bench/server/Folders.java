package dev.millrace.bench.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * Where things lie. Thread-safe: immutable.
 *
 * @param modules holds the folder of each module
 * @param anchors holds {@code rocketmq} and {@code kafka}, each with its jars
 * @param scratch stores and logs of servers, deleted after each turn
 * @param classPath our own class path
 */
public record Folders(Path modules, Path anchors, Path scratch, String classPath) {

    /** All jars of one anchor. */
    public String anchorClassPath(String anchor) {
        var folder = anchors.resolve(anchor);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(
                    "no jars of " + anchor + " in " + folder + "; run bench/fetch-anchors first");
        }
        return folder + File.separator + "*";
    }

    /** The class path of one of our own programs, as its module was built. */
    public String ownClassPath(String module) {
        var target = modules.resolve(module).resolve("target");
        if (!Files.isDirectory(target.resolve("lib"))) {
            throw new IllegalStateException(
                    "no libraries in " + target + "; run ./millrace --help once, it builds them");
        }
        return target.resolve("classes") + File.pathSeparator + target.resolve("lib") + File.separator + "*";
    }

    /** A new empty folder under scratch. */
    public Path newScratch(String name) throws IOException {
        Files.createDirectories(scratch);
        return Files.createTempDirectory(scratch, name + "-");
    }

    /** Removes a folder with all it holds, if it is there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
