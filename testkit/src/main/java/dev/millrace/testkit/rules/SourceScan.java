package dev.millrace.testkit.rules;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Walks one parsed file. Nesting counts statements that enclose others (if, loops, switch, try, synchronized); an
 * {@code else if} stays on the level of its {@code if}, a class inside a method starts at 0 again.
 *
 * <p>Owner: one test.
 */
final class SourceScan extends TreeScanner<@Nullable Void, @Nullable Void> {
    static final int METHOD_LINES_MAX = 70;
    static final int PARAMETERS_MAX = 6;
    static final int CONSTRUCTOR_PARAMETERS_MAX = 10;
    static final int NESTING_MAX = 3;
    static final int FIELDS_MAX = 15;

    private final CompilationUnitTree unit;
    private final Trees trees;
    private final boolean isTest;
    private final Report report;
    private int nesting;
    private boolean isInRecord;

    /** Takes what was found; {@code line} is 1-based. */
    @FunctionalInterface
    interface Report {
        void add(int line, String text);
    }

    SourceScan(CompilationUnitTree unit, Trees trees, boolean isTest, Report report) {
        this.unit = unit;
        this.trees = trees;
        this.isTest = isTest;
        this.report = report;
    }

    void scan() {
        scan(unit, null);
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
        long fields =
                type.getMembers().stream().filter(SourceScan::isInstanceField).count();
        if (fields > FIELDS_MAX) {
            report.add(startLine(type), type.getSimpleName() + " has " + fields + " fields; at most " + FIELDS_MAX);
        }
        int outer = nesting;
        boolean wasInRecord = isInRecord;
        nesting = 0;
        isInRecord = type.getKind() == Tree.Kind.RECORD;
        super.visitClass(type, null);
        nesting = outer;
        isInRecord = wasInRecord;
        return null;
    }

    private static boolean isInstanceField(Tree member) {
        return member instanceof VariableTree field
                && !field.getModifiers().getFlags().contains(Modifier.STATIC);
    }

    /** A record's own constructor has its components as parameters, and those have a limit of their own. */
    private int parametersMax(MethodTree method) {
        if (!method.getName().contentEquals("<init>")) {
            return PARAMETERS_MAX;
        }
        return isInRecord ? FIELDS_MAX : CONSTRUCTOR_PARAMETERS_MAX;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
        int first = startLine(method);
        int lines = endLine(method) - first + 1;
        if (lines > METHOD_LINES_MAX) {
            report.add(first, method.getName() + " has " + lines + " lines; at most " + METHOD_LINES_MAX);
        }
        int parametersMax = parametersMax(method);
        if (method.getParameters().size() > parametersMax) {
            report.add(
                    first,
                    method.getName() + " has " + method.getParameters().size() + " parameters; at most "
                            + parametersMax);
        }
        return super.visitMethod(method, null);
    }

    @Override
    public @Nullable Void visitIf(IfTree tree, @Nullable Void unused) {
        return nested(tree, () -> {
            scan(tree.getCondition(), null);
            scan(tree.getThenStatement(), null);
            StatementTree otherwise = tree.getElseStatement();
            if (otherwise instanceof IfTree) {
                nesting--;
                scan(otherwise, null);
                nesting++;
            } else {
                scan(otherwise, null);
            }
            return null;
        });
    }

    @Override
    public @Nullable Void visitForLoop(ForLoopTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitForLoop(tree, null));
    }

    @Override
    public @Nullable Void visitEnhancedForLoop(EnhancedForLoopTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitEnhancedForLoop(tree, null));
    }

    @Override
    public @Nullable Void visitWhileLoop(WhileLoopTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitWhileLoop(tree, null));
    }

    @Override
    public @Nullable Void visitDoWhileLoop(DoWhileLoopTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitDoWhileLoop(tree, null));
    }

    @Override
    public @Nullable Void visitSwitch(SwitchTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitSwitch(tree, null));
    }

    @Override
    public @Nullable Void visitSwitchExpression(SwitchExpressionTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitSwitchExpression(tree, null));
    }

    @Override
    public @Nullable Void visitTry(TryTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitTry(tree, null));
    }

    @Override
    public @Nullable Void visitSynchronized(SynchronizedTree tree, @Nullable Void unused) {
        return nested(tree, () -> super.visitSynchronized(tree, null));
    }

    private @Nullable Void nested(Tree tree, Supplier<@Nullable Void> inside) {
        nesting++;
        if (nesting == NESTING_MAX + 1) {
            report.add(startLine(tree), "statements nest deeper than " + NESTING_MAX);
        }
        inside.get();
        nesting--;
        return null;
    }

    @Override
    public @Nullable Void visitCatch(CatchTree tree, @Nullable Void unused) {
        BlockTree block = tree.getBlock();
        if (block.getStatements().isEmpty() && !holdsComment(block)) {
            report.add(startLine(tree), "catch is empty; handle it, or rethrow with context");
        }
        return super.visitCatch(tree, null);
    }

    private boolean holdsComment(BlockTree block) {
        CharSequence text = text();
        String inside = text.subSequence((int) start(block), (int) end(block)).toString();
        return inside.contains("//") || inside.contains("/*");
    }

    @Override
    public @Nullable Void visitMemberSelect(MemberSelectTree select, @Nullable Void unused) {
        if (isTest && select.getIdentifier().contentEquals("sleep")) {
            String owner = select.getExpression().toString();
            if (owner.equals("Thread") || owner.startsWith("TimeUnit.")) {
                report.add(startLine(select), "test sleeps; wait for a condition with a deadline, or advance a clock");
            }
        }
        return super.visitMemberSelect(select, null);
    }

    @Override
    public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable Void unused) {
        if (isTest && annotation.getAnnotationType().toString().equals("Disabled")) {
            report.add(startLine(annotation), "test is disabled; repair or delete it");
        }
        return super.visitAnnotation(annotation, null);
    }

    @Override
    public @Nullable Void visitImport(ImportTree tree, @Nullable Void unused) {
        String name = tree.getQualifiedIdentifier().toString();
        if (isTest && (name.contains("api.Assumptions") || name.contains("AssumptionsForClassTypes"))) {
            report.add(startLine(tree), "test may skip itself by an assumption; make it run everywhere");
        }
        String file = unit.getSourceFile().getName();
        if (isTest && name.startsWith("org.awaitility") && !file.endsWith("IT.java")) {
            report.add(startLine(tree), "unit test waits with Awaitility; advance a clock, or make it an IT");
        }
        return super.visitImport(tree, null);
    }

    private long start(Tree tree) {
        return trees.getSourcePositions().getStartPosition(unit, tree);
    }

    private long end(Tree tree) {
        return trees.getSourcePositions().getEndPosition(unit, tree);
    }

    private int startLine(Tree tree) {
        return (int) unit.getLineMap().getLineNumber(start(tree));
    }

    private int endLine(Tree tree) {
        return (int) unit.getLineMap().getLineNumber(end(tree));
    }

    private CharSequence text() {
        try {
            return unit.getSourceFile().getCharContent(true);
        } catch (IOException e) {
            throw new UncheckedIOException(unit.getSourceFile().getName() + " can't be read again", e);
        }
    }
}
