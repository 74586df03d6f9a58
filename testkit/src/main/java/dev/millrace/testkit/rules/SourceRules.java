package dev.millrace.testkit.rules;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Rules over the source text of one module: sizes, package-infos, empty catches, notes without a number, and what tests
 * must not do. Parses with the JDK's own compiler, so it needs a JDK and no library.
 *
 * <p>Owner: one test.
 */
final class SourceRules {
    static final int FILE_LINES_MAX = 600;
    static final int PACKAGE_FILES_MAX = 40;

    private static final String COMMENT_START = "(//|/\\*|^\\s*\\*).*";
    private static final String WORD_WITHOUT_NUMBER = "\\b(TODO|FIXME|XXX)\\b(?!.{0,3}#\\d)";
    private static final Pattern NOTE_WITHOUT_NUMBER = Pattern.compile(COMMENT_START + WORD_WITHOUT_NUMBER);
    private static final String PACKAGE_INFO = "package-info.java";

    private final Path module;
    private final List<String> found = new ArrayList<>();

    SourceRules(Path module) {
        this.module = module.toAbsolutePath().normalize();
    }

    List<String> violations() {
        check("src/main/java", false);
        check("src/test/java", true);
        return List.copyOf(found);
    }

    private void check(String folder, boolean isTest) {
        List<Path> files = javaFiles(module.resolve(folder));
        if (files.isEmpty()) {
            return;
        }
        checkPackages(files, isTest);
        for (Path file : files) {
            checkText(file);
        }
        parse(files, isTest);
    }

    private static List<Path> javaFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("folder " + folder + " can't be walked; is it readable?", e);
        }
    }

    private void checkPackages(List<Path> files, boolean isTest) {
        Map<Path, List<Path>> packages =
                files.stream().collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.toList()));
        packages.forEach((folder, members) -> {
            if (members.size() > PACKAGE_FILES_MAX) {
                report(folder, 0, "package has " + members.size() + " files; at most " + PACKAGE_FILES_MAX);
            }
            if (!isTest) {
                checkPackageInfo(folder);
            }
        });
    }

    private void checkPackageInfo(Path folder) {
        Path info = folder.resolve(PACKAGE_INFO);
        if (!Files.exists(info)) {
            report(folder, 0, "package has no package-info.java; say its purpose, owner and imports, and @NullMarked");
        } else if (lines(info).stream().noneMatch(line -> line.startsWith("@NullMarked"))) {
            report(info, 1, "package is not @NullMarked");
        }
    }

    private void checkText(Path file) {
        List<String> lines = lines(file);
        if (lines.size() > FILE_LINES_MAX) {
            report(file, lines.size(), "file has " + lines.size() + " lines; at most " + FILE_LINES_MAX);
        }
        for (int i = 0; i < lines.size(); i++) {
            if (NOTE_WITHOUT_NUMBER.matcher(lines.get(i)).find()) {
                report(file, i + 1, "note carries no issue number; write it as TODO(#12)");
            }
        }
    }

    private void parse(List<Path> files, boolean isTest) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                Path file = Path.of(unit.getSourceFile().toUri());
                new SourceScan(unit, trees, isTest, (line, text) -> report(file, line, text)).scan();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("sources of " + module + " can't be parsed", e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read as UTF-8", e);
        }
    }

    /** @param line 1-based, or 0 for a folder */
    private void report(Path file, int line, String text) {
        found.add(module.relativize(file) + (line == 0 ? "" : ":" + line) + " " + text);
    }
}
