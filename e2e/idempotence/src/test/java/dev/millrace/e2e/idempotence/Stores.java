package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Runs what needs a server, or says loudly that it does not. */
final class Stores {
    private static final String REQUIRED = "required";

    private Stores() {}

    static Stream<DynamicTest> testsOn(StoreServer kind, Supplier<Stream<DynamicTest>> tests) {
        Optional<String> missing = kind.missing();
        if (missing.isEmpty()) {
            return tests.get();
        }
        System.err.println("\n*** " + missing.get() + " ***\n");
        return Stream.of(DynamicTest.dynamicTest(
                missing.get(),
                () -> assertThat(System.getProperty("e2e.stores"))
                        .as(missing.get())
                        .isNotEqualTo(REQUIRED)));
    }
}
