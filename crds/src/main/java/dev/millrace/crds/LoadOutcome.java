package dev.millrace.crds;

import dev.millrace.crds.schema.Problem;
import dev.millrace.crds.v1beta1.Resource;
import java.util.List;

/** What came of reading resource files. Thread-safe: immutable. */
public sealed interface LoadOutcome {
    /** Every document is well-formed; in the order of the files. */
    record Loaded(List<Resource> resources) implements LoadOutcome {
        public Loaded {
            resources = List.copyOf(resources);
        }
    }

    /** At least one problem; none of the resources may be used. */
    record Refused(List<Problem> problems) implements LoadOutcome {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
