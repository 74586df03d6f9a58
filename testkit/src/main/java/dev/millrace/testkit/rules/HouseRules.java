package dev.millrace.testkit.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * All rules for one module: {@code assertThat(HouseRules.ofModule(Path.of("")).violations()).isEmpty()}.
 *
 * <p>Thread-safe: immutable.
 */
public final class HouseRules {
    private final Path module;
    private final Set<String> wiring;

    private HouseRules(Path module, Set<String> wiring) {
        this.module = module;
        this.wiring = wiring;
    }

    /**
     * Rules for the module in this folder, which must be compiled; Maven runs tests in it, so {@code Path.of("")} is the
     * module of the test.
     */
    public static HouseRules ofModule(Path module) {
        return new HouseRules(module, Set.of());
    }

    /**
     * Names the classes, beside {@code *Main} and {@code *Wiring}, that may make threads, read clocks and read system
     * properties; simple names of top-level types. Say in the test why each is on the list.
     */
    public HouseRules withWiring(String... simpleNames) {
        return new HouseRules(module, Set.of(simpleNames));
    }

    /** One line each, with file, line and value; empty if the house is clean. */
    public List<String> violations() {
        List<String> found = new ArrayList<>();
        found.addAll(new ArchitectureRules(module.resolve("target/classes"), wiring).violations());
        found.addAll(new SourceRules(module).violations());
        return found;
    }
}
