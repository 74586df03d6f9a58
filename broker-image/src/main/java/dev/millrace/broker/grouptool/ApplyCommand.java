package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupSpec.Timers;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.RecordRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a group, or gives it another spec. What a person asked for, a switchover or an approval, stays. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = "Makes a broker group, or changes what is wanted of it; a second time it changes nothing.")
final class ApplyCommand implements Callable<Integer> {
    private static final Map<String, GroupSpec.Acks> ACKS =
            Map.of("AllInSync", GroupSpec.Acks.ALL_IN_SYNC, "Async", GroupSpec.Acks.ASYNC);
    private static final long SUSPICION_MS_MIN = 500;
    /** A lease must survive two renewals that fail. */
    private static final int RENEWALS_MIN = 3;

    private final Machine machine;

    @Mixin
    private WhichGroup which = new WhichGroup();

    @Option(names = "--cluster", required = true, paramLabel = "CLUSTER", description = "Name of the cluster.")
    private String cluster = "";

    @Option(names = "--copies", required = true, paramLabel = "N", description = "Copies, the master included: 1 to 5.")
    private int copies;

    @Option(
            names = "--min-in-sync",
            required = true,
            paramLabel = "N",
            description = "Fewest copies that must have a message before its send is answered.")
    private int minInSync;

    @Option(
            names = "--acks",
            defaultValue = "AllInSync",
            paramLabel = "WHEN",
            description = "When a send is answered: AllInSync or Async (default: ${DEFAULT-VALUE}).")
    private String acks = "AllInSync";

    @Option(
            names = "--fenced",
            arity = "0..*",
            split = ",",
            paramLabel = "COPY",
            description = "Copies that may do nothing; none without a value. Without the option it stays as it is.")
    private @Nullable List<Integer> fenced;

    @Option(
            names = "--suspicion-ms",
            paramLabel = "MS",
            description = "Silence of the master after which it is looked for, 500 or more.")
    private @Nullable Long suspicionMs;

    @Option(names = "--lease-seconds", paramLabel = "S", description = "Length of a lease.")
    private @Nullable Integer leaseSeconds;

    @Option(names = "--renew-seconds", paramLabel = "S", description = "How often a lease is renewed.")
    private @Nullable Integer renewSeconds;

    @Mixin
    private Result result = new Result();

    ApplyCommand(Machine machine) {
        this.machine = machine;
    }

    /** What {@code --json} prints. Public because the JSON codec reads it. */
    public record Applied(String group, boolean made, boolean changed) {}

    @Override
    public Integer call() {
        GroupFolder files = which.files(machine);
        Optional<GroupState> before = files.read();
        GroupSpec wanted = wanted(before.map(GroupState::spec));
        requireLawful(wanted);
        GroupState after = before.isEmpty()
                ? files.create(machine.ids().get(), wanted)
                : files.changeSpec(spec -> wanted(Optional.of(spec)));
        boolean isChanged = before.filter(after::equals).isEmpty();
        String verb = before.isEmpty() ? "made" : isChanged ? "changed" : "as it was";
        result.done(
                new Applied(which.name(), before.isEmpty(), isChanged),
                "broker group " + which.name() + " " + verb + ": " + ShowCommand.spec(after.spec()));
        return GroupToolException.OK;
    }

    private GroupSpec wanted(Optional<GroupSpec> before) {
        return new GroupSpec(
                cluster,
                which.name(),
                copies,
                minInSync,
                acks(),
                before.map(GroupSpec::cordon).orElse(GroupSpec.Cordon.NONE),
                fenced == null ? before.map(this::stillFenced).orElse(Set.of()) : new TreeSet<>(fenced),
                before.flatMap(GroupSpec::switchover),
                before.flatMap(GroupSpec::uncleanElection),
                before.flatMap(GroupSpec::repairApproval),
                timers(before.map(GroupSpec::timers).orElse(Timers.USUAL)));
    }

    /** The fence of a copy that is no longer wanted goes with it. */
    private Set<Integer> stillFenced(GroupSpec before) {
        return before.fenced().stream().filter(copy -> copy < copies).collect(Collectors.toSet());
    }

    private Timers timers(Timers before) {
        return new Timers(
                suspicionMs == null ? before.suspicionMs() : suspicionMs,
                before.shrinkMs(),
                before.askMs(),
                before.rankMs(),
                leaseSeconds == null ? before.leaseSeconds() : leaseSeconds,
                renewSeconds == null ? before.renewSeconds() : renewSeconds);
    }

    private GroupSpec.Acks acks() {
        GroupSpec.Acks found = ACKS.get(acks);
        if (found == null) {
            throw new GroupToolException(GroupToolException.USAGE, "--acks is '" + acks + "'; say AllInSync or Async");
        }
        return found;
    }

    private static void requireLawful(GroupSpec wanted) {
        List<String> violations = RecordRules.specViolations(Optional.empty(), wanted);
        if (!violations.isEmpty()) {
            throw new GroupToolException(GroupToolException.USAGE, String.join("; ", violations));
        }
        Timers timers = wanted.timers();
        if (timers.suspicionMs() < SUSPICION_MS_MIN) {
            throw new GroupToolException(
                    GroupToolException.USAGE,
                    "--suspicion-ms is " + timers.suspicionMs() + "; give " + SUSPICION_MS_MIN + " or more");
        }
        if (timers.renewSeconds() < 1 || timers.leaseSeconds() / RENEWALS_MIN < timers.renewSeconds()) {
            throw new GroupToolException(
                    GroupToolException.USAGE,
                    "--lease-seconds " + timers.leaseSeconds() + " is less than " + RENEWALS_MIN
                            + " times --renew-seconds " + timers.renewSeconds()
                            + "; raise the first or lower the second");
        }
        wanted.fenced().forEach(copy -> WhichGroup.requireCopy(copy, wanted));
    }
}
