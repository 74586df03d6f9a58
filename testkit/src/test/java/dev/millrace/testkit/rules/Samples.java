package dev.millrace.testkit.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Writes small modules into a folder, and compiles them. */
final class Samples {
    private static final Pattern NAME =
            Pattern.compile("package ([\\w.]+);.*?(?:class|interface|record) (\\w+)", Pattern.DOTALL);

    private final Path module;
    private final List<Path> files = new ArrayList<>();

    Samples(Path module) {
        this.module = module;
    }

    /** Adds a file under {@code src/main/java}, named by its package and type. */
    Samples main(String source) {
        return add("src/main/java", source);
    }

    /** Adds a file under {@code src/test/java}. */
    Samples test(String source) {
        return add("src/test/java", source);
    }

    Samples file(String path, String text) {
        write(module.resolve(path), text);
        return this;
    }

    private Samples add(String folder, String source) {
        Matcher name = NAME.matcher(source);
        if (!name.find()) {
            throw new AssertionError("sample has no package and type: " + source);
        }
        Path file =
                module.resolve(folder).resolve(name.group(1).replace('.', '/')).resolve(name.group(2) + ".java");
        write(file, source);
        files.add(file);
        return this;
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError("sample " + file + " can't be written", e);
        }
    }

    /** Compiles all files; the classes are in the returned folder. */
    Path compile() throws IOException {
        Path classes = Files.createDirectories(module.resolve("target/classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean isCompiled = compiler.getTask(
                            null,
                            manager,
                            null,
                            List.of("-d", classes.toString(), "-proc:none"),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!isCompiled) {
                throw new AssertionError("samples do not compile; see the output");
            }
        }
        return classes;
    }
}
