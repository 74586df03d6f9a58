package dev.millrace.testkit.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceRulesTest {
    private static final String WORD = "TODO";
    private static final String PACKAGE = "package dev.millrace.x;\n";

    private final Path module;
    private final Samples samples;

    SourceRulesTest(@TempDir Path module) {
        this.module = module;
        this.samples = new Samples(module);
    }

    @BeforeEach
    void writePackageInfo() {
        samples.file("src/main/java/dev/millrace/x/package-info.java", "@NullMarked\npackage dev.millrace.x;\n");
    }

    @Test
    void acceptsCleanModule() {
        samples.main(PACKAGE + "class A { int one() { return 1; } }");

        assertThat(violations()).isEmpty();
    }

    @Test
    void findsLongMethod() {
        samples.main(PACKAGE + "class A {\n  void a() {\n" + "    b();\n".repeat(69) + "  }\n  void b() {}\n}");

        assertThat(violations()).containsExactly("src/main/java/dev/millrace/x/A.java:3 a has 71 lines; at most 70");
    }

    @Test
    void findsLongFile() {
        samples.main(PACKAGE + "class A {\n" + "\n".repeat(600) + "}\n");

        assertThat(violations())
                .containsExactly("src/main/java/dev/millrace/x/A.java:603 file has 603 lines; at most 600");
    }

    @Test
    void findsManyParameters() {
        samples.main(PACKAGE + """
                class A {
                    A(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j) {}
                    A(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k) {}
                    void six(int a, int b, int c, int d, int e, int f) {}
                    void seven(int a, int b, int c, int d, int e, int f, int g) {}
                }
                """);

        assertThat(violations())
                .containsExactly(
                        "src/main/java/dev/millrace/x/A.java:4 <init> has 11 parameters; at most 10",
                        "src/main/java/dev/millrace/x/A.java:6 seven has 7 parameters; at most 6");
    }

    @Test
    void findsDeepNesting() {
        samples.main(PACKAGE + """
                class A {
                    void fine(int a) {
                        for (;;) {
                            while (true) {
                                if (a == 1) { a++; } else if (a == 2) { a++; } else if (a == 3) { a++; }
                            }
                        }
                    }
                    void deep(int a) {
                        for (;;) {
                            try {
                                switch (a) {
                                    default:
                                        if (a == 1) { a++; }
                                }
                            } finally { a--; }
                        }
                    }
                }
                """);

        assertThat(violations())
                .containsExactly("src/main/java/dev/millrace/x/A.java:15 statements nest deeper than 3");
    }

    @Test
    void findsManyFieldsAndComponents() {
        StringBuilder fields = new StringBuilder("static int s;");
        StringBuilder components = new StringBuilder("int c0");
        for (int i = 1; i <= 16; i++) {
            fields.append(" int f").append(i).append(';');
            components.append(", int c").append(i);
        }
        samples.main(PACKAGE + "class A { " + fields + " }");
        samples.main(PACKAGE + "record B(" + components + ") {}");

        assertThat(violations())
                .containsExactly(
                        "src/main/java/dev/millrace/x/A.java:2 A has 16 fields; at most 15",
                        "src/main/java/dev/millrace/x/B.java:2 B has 17 fields; at most 15");
    }

    @Test
    void findsFullPackage() {
        for (int i = 0; i < 40; i++) {
            samples.main(PACKAGE + "class A" + i + " {}");
        }

        assertThat(violations()).containsExactly("src/main/java/dev/millrace/x package has 41 files; at most 40");
    }

    @Test
    void findsMissingAndUnmarkedPackageInfo() {
        samples.main("package dev.millrace.y; class A {}");
        samples.main("package dev.millrace.z; class A {}");
        samples.file("src/main/java/dev/millrace/z/package-info.java", "package dev.millrace.z;\n");

        assertThat(violations())
                .hasSize(2)
                .anyMatch(text -> text.startsWith("src/main/java/dev/millrace/y package has no package-info.java"))
                .contains("src/main/java/dev/millrace/z/package-info.java:1 package is not @NullMarked");
    }

    @Test
    void findsNoteWithoutNumber() {
        samples.main(PACKAGE + "class A {\n  // " + WORD + " later\n  // " + WORD + "(#7): by then\n  String s = \""
                + WORD + "\";\n}");

        assertThat(violations())
                .containsExactly(
                        "src/main/java/dev/millrace/x/A.java:3 note carries no issue number; write it as TODO(#12)");
    }

    @Test
    void findsEmptyCatch() {
        samples.main(PACKAGE + """
                class A {
                    void a() {
                        try { a(); } catch (IllegalStateException e) { }
                        try { a(); } catch (IllegalStateException e) { // the caller asked twice
                        }
                    }
                }
                """);

        assertThat(violations())
                .containsExactly("src/main/java/dev/millrace/x/A.java:4 catch is empty; handle it, or rethrow with"
                        + " context");
    }

    @Test
    void findsWhatTestsMustNotDo() {
        samples.test(PACKAGE + """
                import static org.junit.jupiter.api.Assumptions.assumeTrue;
                import org.awaitility.Awaitility;
                class ATest {
                    @Disabled
                    void a() throws Exception { Thread.sleep(1); }
                    void b() throws Exception { TimeUnit.SECONDS.sleep(1); }
                }
                """);

        assertThat(violations())
                .extracting(text -> text.substring(0, text.indexOf(' ')))
                .containsExactly(
                        "src/test/java/dev/millrace/x/ATest.java:2",
                        "src/test/java/dev/millrace/x/ATest.java:3",
                        "src/test/java/dev/millrace/x/ATest.java:5",
                        "src/test/java/dev/millrace/x/ATest.java:6",
                        "src/test/java/dev/millrace/x/ATest.java:7");
    }

    private List<String> violations() {
        return new SourceRules(module).violations();
    }
}
