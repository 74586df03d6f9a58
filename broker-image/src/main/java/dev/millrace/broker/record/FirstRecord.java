package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupRecord.State;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message.Report;
import dev.millrace.broker.role.RecordRules;
import dev.millrace.broker.role.StoredState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The record that a group begins with, or begins again with after its record was lost or went back: decided from what all of
 * its copies report. A copy that is missing may be the one that knows of a later shrink, so nothing is decided without it.
 *
 * <ul>
 *   <li>All stores are empty: every copy is a member, there is no master, epoch 0.
 *   <li>One copy has messages, and no copy knows of an epoch: a broker that was alone before. It is the only member.
 *   <li>Otherwise the newest record that a copy stored, by epoch and revision, says who the members are; the epoch is one more
 *       than any copy saw; there is no master. This needs an approval in the spec, and reports that are promises.
 * </ul>
 *
 * <p>Thread-safe: immutable.
 */
public sealed interface FirstRecord {
    /** Write this record on the state it was made for. */
    record Proposed(GroupRecord record) implements FirstRecord {}

    /** Nothing can be written yet. */
    record Refused(String reason) implements FirstRecord {}

    /**
     * What the writer says of itself.
     *
     * @param changedBy who it is
     * @param nonce random
     * @param changedAt wall time, ISO-8601
     */
    record Writer(String changedBy, String nonce, String changedAt) {}

    /**
     * The record to write.
     *
     * @param now the group as its store has it
     * @param reports of all copies, in any order
     */
    static FirstRecord of(GroupState now, List<Report> reports, Writer writer) {
        return missing(now, reports)
                .or(() -> contradiction(reports))
                .<FirstRecord>map(Refused::new)
                .orElseGet(() -> decided(now, reports, writer));
    }

    private static FirstRecord decided(GroupState now, List<Report> reports, Writer writer) {
        boolean knowsEpoch = reports.stream().anyMatch(report -> epochOf(report) > 0);
        boolean knowsRecord =
                reports.stream().anyMatch(report -> report.stored().record().isPresent());
        if (now.record().isEmpty() && !knowsEpoch && !knowsRecord) {
            return bootstrap(now, reports, writer);
        }
        Optional<GroupRecord> newest = reports.stream()
                .flatMap(report -> report.stored().record().stream())
                .reduce((one, other) -> one.isOlderThan(other) ? other : one);
        if (now.record().isPresent()
                && newest.filter(now.record().get()::isOlderThan).isEmpty()) {
            return new Refused("the record of epoch " + now.record().get().epoch() + ", revision "
                    + now.record().get().revision() + " is as new as any that a copy knows; nothing is to be repaired");
        }
        if (newest.isEmpty()) {
            return new Refused("no copy has stored a record, but the newest epoch is " + maxEpoch(now, reports)
                    + "; restore the record from a backup");
        }
        return rebuilt(now, reports, newest.get(), writer);
    }

    private static FirstRecord bootstrap(GroupState now, List<Report> reports, Writer writer) {
        List<Report> filled =
                reports.stream().filter(report -> report.logEnd() > 0).toList();
        if (filled.size() > 1) {
            return new Refused(
                    "copies " + numbers(filled) + " have messages and none knows an epoch, so they are not of"
                            + " one group; empty all but one of them");
        }
        List<Member> members = (filled.isEmpty() ? reports : filled)
                .stream()
                        .map(Report::member)
                        .filter(member -> member.replica() < now.spec().copies())
                        .sorted(Comparator.comparingInt(Member::replica))
                        .toList();
        return lawful(now, masterless(1, 0, members, Reason.BOOTSTRAP, "", writer));
    }

    private static FirstRecord rebuilt(GroupState now, List<Report> reports, GroupRecord newest, Writer writer) {
        if (now.spec().repairApproval().isEmpty()) {
            return new Refused("the record is to be rebuilt from epoch " + newest.epoch() + ", revision "
                    + newest.revision() + "; approve a repair");
        }
        List<Report> unpromised = reports.stream()
                .filter(report -> report.stored().promisedEpoch() == StoredState.NO_PROMISE)
                .toList();
        if (!unpromised.isEmpty()) {
            return new Refused("copies " + numbers(unpromised)
                    + " did not promise to leave earlier writes; ask them for a report that is a promise");
        }
        long revision = now.record().orElse(newest).revision() + 1;
        String approvalId = now.spec().repairApproval().get();
        return lawful(
                now,
                masterless(revision, maxEpoch(now, reports) + 1, newest.syncSet(), Reason.REPAIR, approvalId, writer));
    }

    private static GroupRecord masterless(
            long revision, long epoch, List<Member> members, Reason reason, String approvalId, Writer writer) {
        return new GroupRecord(
                revision,
                epoch,
                GroupRecord.NONE,
                "",
                "",
                "",
                members,
                reason == Reason.BOOTSTRAP ? State.BOOTSTRAPPING : State.NO_MASTER,
                reason,
                writer.changedBy,
                writer.nonce,
                writer.changedAt,
                approvalId);
    }

    private static FirstRecord lawful(GroupState now, GroupRecord next) {
        List<String> violations = RecordRules.violations(now, next);
        return violations.isEmpty() ? new Proposed(next) : new Refused(String.join("; ", violations));
    }

    private static Optional<String> missing(GroupState now, List<Report> reports) {
        List<Integer> silent = IntStream.range(0, now.spec().copies())
                .filter(replica ->
                        reports.stream().noneMatch(report -> report.member().replica() == replica))
                .boxed()
                .toList();
        if (!silent.isEmpty()) {
            return Optional.of("copies " + silent + " have not reported, and may know of a later set; start them");
        }
        List<Report> closed =
                reports.stream().filter(report -> !report.recovered()).toList();
        return closed.isEmpty()
                ? Optional.empty()
                : Optional.of("copies " + numbers(closed) + " have not opened their stores yet; wait for them");
    }

    /** Two disks of one number, or two records of one place. */
    private static Optional<String> contradiction(List<Report> reports) {
        Map<Integer, Member> members = new HashMap<>();
        Map<List<Long>, GroupRecord> records = new HashMap<>();
        for (Report report : reports) {
            Member member = report.member();
            if (!members.computeIfAbsent(member.replica(), replica -> member).equals(member)) {
                return Optional.of("copy " + member.replica() + " reported with storage "
                        + members.get(member.replica()).storageId() + " and with " + member.storageId()
                        + "; two processes have one number: stop the wrong one");
            }
            GroupRecord stored = report.stored().record().orElse(null);
            if (stored != null
                    && !records.computeIfAbsent(List.of(stored.epoch(), stored.revision()), place -> stored)
                            .equals(stored)) {
                return Optional.of("copy " + member.replica() + " and another one know different records of epoch "
                        + stored.epoch() + ", revision " + stored.revision()
                        + "; they are not of one group: stop the wrong one");
            }
        }
        return Optional.empty();
    }

    private static long epochOf(Report report) {
        long recorded = report.stored().record().map(GroupRecord::epoch).orElse(0L);
        return Math.max(Math.max(report.stored().epoch(), report.lastEpoch()), recorded);
    }

    private static long maxEpoch(GroupState now, List<Report> reports) {
        return LongStream.concat(
                        reports.stream().mapToLong(FirstRecord::epochOf),
                        now.record().stream().mapToLong(GroupRecord::epoch))
                .max()
                .orElse(0);
    }

    private static List<Integer> numbers(List<Report> reports) {
        return reports.stream()
                .map(report -> report.member().replica())
                .sorted()
                .toList();
    }
}
