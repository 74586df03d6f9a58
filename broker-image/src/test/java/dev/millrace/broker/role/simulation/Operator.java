package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operator and the human behind it: first record, approvals, rebuilding. Owner: one simulation. */
final class Operator {
    private final World world;
    private final Map<Integer, Message.Report> reports = new HashMap<>();
    private boolean isRebuilding;
    private long requestId;
    private int approvals;
    private int rebuilds;
    private boolean isApproving;

    Operator(World world) {
        this.world = world;
    }

    boolean isRebuilding() {
        return isRebuilding;
    }

    void bootstrap() {
        List<Member> members =
                world.nodes().stream().map(node -> node.disk().member()).toList();
        world.store()
                .write(
                        "operator",
                        record(1, 0, members, GroupRecord.State.BOOTSTRAPPING, GroupRecord.Reason.BOOTSTRAP, ""));
    }

    private static GroupRecord record(
            long revision,
            long epoch,
            List<Member> set,
            GroupRecord.State state,
            GroupRecord.Reason reason,
            String approvalId) {
        String nonce = "operator-" + revision + "-" + approvalId;
        return new GroupRecord(
                revision, epoch, GroupRecord.NONE, "", "", "", set, state, reason, "operator", nonce, "", approvalId);
    }

    /** Approves a loss if nobody can acknowledge any more. */
    void approve() {
        Optional<GroupRecord> record = world.store().state().record();
        if (record.isEmpty() || isApproving || isRebuilding) {
            return;
        }
        List<Node> members = record.get().syncSet().stream()
                .map(member -> world.node(member.replica()))
                .toList();
        List<Node> others =
                world.nodes().stream().filter(node -> !members.contains(node)).toList();
        if (others.isEmpty() || !isApprovable(members)) {
            return;
        }
        isApproving = true;
        boolean mustStayAway = world.plan().leftOut() != Plan.LeftOut.MEMBERS_GONE
                && (members.size() > 1 || !world.store().isLeaseOver());
        if (mustStayAway) {
            members.forEach(node -> node.setBarred(true));
        }
        int replica = world.dice().pick(others).replica;
        Optional<GroupSpec.Unclean> unclean = Optional.of(new GroupSpec.Unclean(replica, "approval-" + approvals++));
        world.store().order("operator approves " + unclean.get(), spec -> spec.withUncleanElection(unclean));
        world.scheduler().after(world.dice().between(2_000, 8_000), () -> {
            isApproving = false;
            withdraw();
            members.forEach(node -> node.setBarred(false));
        });
    }

    private boolean isApprovable(List<Node> members) {
        boolean isGone = members.stream().noneMatch(Node::isRunning);
        boolean isLeaseEnough = members.size() == 1 || world.plan().leftOut() == Plan.LeftOut.MEMBERS_GONE;
        return isGone || (isLeaseEnough && world.store().isLeaseOver());
    }

    void withdraw() {
        if (world.store().state().spec().uncleanElection().isPresent()) {
            world.store().order("operator withdraws", spec -> spec.withUncleanElection(Optional.empty()));
        }
    }

    /** Begins to rebuild the record from the reports of the copies. */
    void rebuild() {
        reports.clear();
        isRebuilding = true;
        rebuilds++;
        askAgain(rebuilds);
    }

    private void askAgain(int rebuild) {
        if (!isRebuilding || rebuild != rebuilds) {
            return;
        }
        requestId++;
        for (Node node : world.nodes()) {
            if (!reports.containsKey(node.replica)) {
                long delayMs = world.dice().between(1, 400);
                long id = requestId;
                boolean isEvenLate = world.dice().chance(0.05);
                world.scheduler().after(delayMs, () -> {
                    if (isRebuilding || isEvenLate) {
                        node.tell(new Event.ReportWanted(id));
                    }
                });
            }
        }
        world.scheduler().after(500, () -> askAgain(rebuild));
    }

    void reported(CopyProcess process, Effect.GiveReport give) {
        boolean isOneEnough = world.plan().leftOut() == Plan.LeftOut.ALL_REPORTS;
        int enough = isOneEnough ? 1 : world.plan().copies();
        if (!isRebuilding && isFrozen(give.report())) {
            rebuild();
        }
        if (!isRebuilding || !give.report().recovered()) {
            return;
        }
        reports.put(process.node().replica, give.report());
        if (reports.size() < enough || !world.store().exists()) {
            return;
        }
        isRebuilding = false;
        GroupState state = world.store().state();
        Optional<GroupRecord> newest = reports.values().stream()
                .flatMap(report -> report.stored().record().stream())
                .reduce((one, two) -> one.isOlderThan(two) ? two : one);
        if (newest.isEmpty()) {
            throw new AssertionError("no copy has a record, yet there was one");
        }
        long epoch = reports.values().stream()
                .mapToLong(report -> report.stored().epoch())
                .max()
                .orElse(0);
        epoch = Math.max(epoch, newest.get().epoch());
        epoch = 1 + Math.max(epoch, state.record().map(GroupRecord::epoch).orElse(0L));
        long revision = 1
                + state.record().map(GroupRecord::revision).orElse(newest.get().revision());
        String approvalId = "repair-" + approvals++;
        world.store().order("operator repairs", spec -> spec.withRepairApproval(Optional.of(approvalId)));
        world.store()
                .write(
                        "operator",
                        record(
                                revision,
                                epoch,
                                newest.get().syncSet(),
                                GroupRecord.State.NO_MASTER,
                                GroupRecord.Reason.REPAIR,
                                approvalId));
    }

    /** Whether a request that came late made a copy promise to wait for a newer record than there is. */
    private boolean isFrozen(Message.Report report) {
        return world.store()
                .state()
                .record()
                .filter(record -> record.epoch() <= report.stored().promisedEpoch())
                .isPresent();
    }
}
