package dev.millrace.testkit.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Rules over compiled classes of one module.
 *
 * <p>Owner: one test.
 */
final class ArchitectureRules {
    private static final String ROOT = "dev.millrace.";
    private static final String CLIENT = ROOT + "client";
    private static final String INTERNAL = CLIENT + ".internal";

    /** Module to the modules it may use. A module that is not named here (bench, e2e) may use anything. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "protocol", Set.of(),
            "store", Set.of("protocol"),
            "namesrv", Set.of("protocol"),
            "broker", Set.of("store", "protocol", "crds"),
            "client", Set.of("protocol"),
            "crds", Set.of(),
            "operator", Set.of("client", "crds"),
            "cli", Set.of("client", "crds"),
            "testkit", Set.of());

    /** Library package to the packages of ours that may use it. */
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "io.netty", Set.of(ROOT + "protocol.transport"),
            "io.fabric8", Set.of(ROOT + "broker.kubernetes", ROOT + "operator", ROOT + "crds"));

    private static final Set<String> WIRING_CALLS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.exit",
            "java.lang.System.getProperty",
            "java.lang.Runtime.exit",
            "java.lang.Runtime.halt",
            "java.lang.Thread.<init>",
            "java.lang.Thread.sleep",
            "java.lang.Thread.ofPlatform",
            "java.lang.Thread.ofVirtual",
            "java.lang.Thread.startVirtualThread",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalTime.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.InstantSource.system",
            "java.util.Timer.<init>",
            "java.util.concurrent.ThreadPoolExecutor.<init>",
            "java.util.concurrent.ScheduledThreadPoolExecutor.<init>",
            "java.util.concurrent.ForkJoinPool.<init>",
            "java.util.concurrent.ForkJoinPool.commonPool");

    private static final Set<String> RAW_EXCEPTIONS =
            Set.of("java.lang.RuntimeException", "java.lang.Exception", "java.lang.Throwable", "java.lang.Error");

    private final Path classes;
    private final Set<String> wiring;

    ArchitectureRules(Path classes, Set<String> wiring) {
        this.classes = classes;
        this.wiring = wiring;
    }

    List<String> violations() {
        JavaClasses imported = new ClassFileImporter().importPath(classes);
        Set<String> found = new TreeSet<>();
        for (JavaClass type : imported) {
            checkDependencies(type, found::add);
            checkCalls(type, found::add);
            checkExposure(type, found::add);
        }
        checkCycles(imported, found::add);
        return List.copyOf(found);
    }

    private static void checkDependencies(JavaClass type, Consumer<String> found) {
        String from = type.getPackageName();
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
            String to = dependency.getTargetClass().getPackageName();
            if (!mayUseModule(from, to)) {
                found.accept(place(dependency) + " " + from + " uses " + to + "; module " + module(from)
                        + " may use only " + new TreeSet<>(ARROWS.getOrDefault(module(from), Set.of())));
            }
            LIBRARIES.forEach((library, users) -> {
                if (isIn(to, library) && users.stream().noneMatch(user -> isIn(from, user))) {
                    found.accept(place(dependency) + " " + from + " uses " + to + "; only " + new TreeSet<>(users)
                            + " may use " + library);
                }
            });
        }
    }

    private static boolean mayUseModule(String from, String to) {
        if (!from.startsWith(ROOT) || !to.startsWith(ROOT) || module(from).equals(module(to))) {
            return true;
        }
        if (isIn(to, ROOT + "crds") && module(from).equals("broker")) {
            return isIn(from, ROOT + "broker.kubernetes");
        }
        Set<String> allowed = ARROWS.get(module(from));
        return allowed == null || allowed.contains(module(to));
    }

    private void checkCalls(JavaClass type, Consumer<String> found) {
        boolean isWiring = isWiring(type);
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
            String owner = access.getTargetOwner().getName();
            String call = owner + "." + access.getName();
            if (!isWiring && (WIRING_CALLS.contains(call) || owner.equals("java.util.concurrent.Executors"))) {
                found.accept(place(access) + " calls " + call
                        + "; only wiring classes may: pass in a clock, a thread runner or a setting");
            }
            if (RAW_EXCEPTIONS.contains(owner) && access.getName().equals("<init>") && !isSuperCall(access)) {
                found.accept(place(access) + " makes a raw " + owner + "; throw the module's own exception");
            }
        }
    }

    private boolean isWiring(JavaClass type) {
        JavaClass top = type;
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        String name = top.getSimpleName();
        return name.endsWith("Main") || name.endsWith("Wiring") || wiring.contains(name);
    }

    /** An exception's own constructor calls that of its parent. */
    private static boolean isSuperCall(JavaAccess<?> access) {
        return access.getOrigin() instanceof JavaConstructor
                && access.getOriginOwner()
                        .getRawSuperclass()
                        .filter(parent -> parent.equals(access.getTargetOwner()))
                        .isPresent();
    }

    private static void checkExposure(JavaClass type, Consumer<String> found) {
        boolean isApi = isIn(type.getPackageName(), CLIENT) && !isIn(type.getPackageName(), INTERNAL);
        if (!isApi || !type.getModifiers().contains(JavaModifier.PUBLIC)) {
            return;
        }
        for (JavaMember member : type.getMembers()) {
            boolean isVisible = member.getModifiers().contains(JavaModifier.PUBLIC)
                    || member.getModifiers().contains(JavaModifier.PROTECTED);
            boolean isWritten = !member.getModifiers().contains(JavaModifier.SYNTHETIC);
            if (isVisible && isWritten) {
                checkSignature(member.getFullName(), member, found);
            }
        }
        for (JavaClass parent : type.getAllRawSuperclasses()) {
            checkParent(type, parent, found);
        }
        for (JavaClass parent : type.getAllRawInterfaces()) {
            checkParent(type, parent, found);
        }
    }

    private static void checkSignature(String name, JavaMember member, Consumer<String> found) {
        for (JavaClass involved : member.getAllInvolvedRawTypes()) {
            if (isIn(involved.getPackageName(), INTERNAL)) {
                found.accept(name + " shows " + involved.getName() + " to applications; hide it behind a public type");
            }
        }
    }

    private static void checkParent(JavaClass type, JavaClass parent, Consumer<String> found) {
        if (isIn(parent.getPackageName(), INTERNAL)) {
            found.accept(type.getName() + " inherits from " + parent.getName() + "; compose in place of it");
        }
    }

    private static void checkCycles(JavaClasses imported, Consumer<String> found) {
        SlicesRuleDefinition.slices()
                .matching(ROOT + "(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .evaluate(imported)
                .getFailureReport()
                .getDetails()
                .forEach(detail -> found.accept("package cycle: " + detail));
    }

    private static boolean isIn(String name, String parent) {
        return name.equals(parent) || name.startsWith(parent + ".");
    }

    private static String module(String packageName) {
        if (!packageName.startsWith(ROOT)) {
            return packageName;
        }
        int end = packageName.indexOf('.', ROOT.length());
        return packageName.substring(ROOT.length(), end < 0 ? packageName.length() : end);
    }

    private static String place(Dependency dependency) {
        return trimmed(dependency.getSourceCodeLocation().toString());
    }

    private static String place(JavaAccess<?> access) {
        return trimmed(access.getSourceCodeLocation().toString());
    }

    private static String trimmed(String location) {
        return location.substring(1, location.length() - 1);
    }
}
