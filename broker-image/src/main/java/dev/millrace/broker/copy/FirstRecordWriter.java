package dev.millrace.broker.copy;

import dev.millrace.broker.record.FirstRecord;
import dev.millrace.broker.replication.Replication;
import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Message;
import dev.millrace.broker.role.PutOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the first record of a group whose copies share a folder: there is nobody else who could. Asks all copies, and decides
 * as {@link FirstRecord} says. One copy of the group has it.
 *
 * <p>Owner: role thread.
 */
final class FirstRecordWriter {
    private static final Logger LOG = LoggerFactory.getLogger(FirstRecordWriter.class);
    private static final long ASK_AGAIN_MS = 200;

    /** Numbers of questions that are no role's: those count upwards. */
    private long askId = -1;

    private final Parts parts;
    private final Map<Integer, Message.Report> reports = new HashMap<>();
    private Optional<GroupState> group = Optional.empty();
    private long askedAtMs = Long.MIN_VALUE / 2;
    private volatile boolean isWriting;
    private String lastRefusal = "";

    /**
     * What it needs.
     *
     * @param others numbers of the other copies
     * @param own what this copy reports; empty as long as its store is not open
     * @param nonces random texts
     */
    record Parts(
            ElectionRecord record,
            Replication replication,
            Set<Integer> others,
            Supplier<Message.Report> own,
            Supplier<String> nonces,
            Supplier<String> wallTime) {}

    FirstRecordWriter(Parts parts) {
        this.parts = parts;
    }

    void seen(GroupState state) {
        group = Optional.of(state);
    }

    /** True if the report answers a question of this class. */
    boolean reported(Message.Report report) {
        if (report.askId() >= 0) {
            return false;
        }
        if (report.askId() == askId) {
            reports.put(report.member().replica(), report);
        }
        return true;
    }

    void tick(long nowMs) {
        boolean isNeeded = group.filter(state -> state.record().isEmpty()).isPresent();
        if (!isNeeded || isWriting || nowMs - askedAtMs < ASK_AGAIN_MS) {
            return;
        }
        decide(group.orElseThrow());
        askedAtMs = nowMs;
        askId--;
        reports.clear();
        parts.others.forEach(peer -> parts.replication.send(peer, new Message.Ask(askId)));
    }

    private void decide(GroupState state) {
        if (reports.size() < parts.others.size()) {
            return;
        }
        List<Message.Report> all = new ArrayList<>(reports.values());
        all.add(parts.own.get());
        FirstRecord.Writer writer = new FirstRecord.Writer("copy-0", parts.nonces.get(), parts.wallTime.get());
        switch (FirstRecord.of(state, all, writer)) {
            case FirstRecord.Proposed proposed -> {
                isWriting = true;
                parts.record
                        .put(state.uid(), state.version(), proposed.record())
                        .thenAccept(outcome -> {
                            LOG.info(
                                    "the first election record: {}",
                                    outcome instanceof PutOutcome.Written ? "written" : outcome);
                            isWriting = false;
                        });
            }
            case FirstRecord.Refused refused -> {
                if (!refused.reason().equals(lastRefusal)) {
                    lastRefusal = refused.reason();
                    LOG.warn("the first election record can't be written yet: {}", lastRefusal);
                }
            }
        }
    }
}
