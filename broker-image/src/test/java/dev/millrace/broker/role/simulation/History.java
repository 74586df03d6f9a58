package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Message;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.broker.role.RoleView;
import dev.millrace.broker.role.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What happened, for a reader; empty unless it is on. Owner: one simulation. */
final class History {
    private final Scheduler scheduler;
    private final boolean isOn;
    private final List<String> lines = new ArrayList<>();

    History(Scheduler scheduler, boolean isOn) {
        this.scheduler = scheduler;
        this.isOn = isOn;
    }

    boolean isOn() {
        return isOn;
    }

    List<String> lines() {
        return lines;
    }

    void add(String who, String what) {
        if (isOn) {
            lines.add("%4d %6d ms %-6s %s".formatted(lines.size() + 1, scheduler.nowMs(), who, what));
        }
    }

    void handled(String who, Event event, List<Effect> effects) {
        if (!isOn || (effects.stream().allMatch(History::isNoise) && isNoise(event))) {
            return;
        }
        String done = effects.stream()
                .filter(effect -> !isNoise(effect))
                .map(History::words)
                .collect(Collectors.joining("; "));
        add(who, words(event) + (done.isEmpty() ? "" : "  ->  " + done));
    }

    private static boolean isNoise(Event event) {
        return switch (event) {
            case Event.Tick tick -> true;
            case Event.Received received -> isNoise(received.message());
            case Event.LeaseDone done -> done.isHeld();
            default -> false;
        };
    }

    private static boolean isNoise(Effect effect) {
        return effect instanceof Effect.RenewLease || (effect instanceof Effect.Send send && isNoise(send.message()));
    }

    private static boolean isNoise(Message message) {
        return message instanceof Message.Heartbeat || message instanceof Message.Acknowledge;
    }

    private static String words(Event event) {
        return switch (event) {
            case Event.RecordSeen seen ->
                (seen.readId() == 0 ? "watch " : "read#" + seen.readId() + " ") + words(seen.state());
            case Event.PutDone done ->
                "put#" + done.putId()
                        + (done.outcome() instanceof PutOutcome.Written written
                                ? " written " + words(written.state())
                                : " " + done.outcome());
            case Event.Received received -> "from " + received.peer() + " " + words(received.message());
            case Event.LogAdvanced log ->
                "log " + log.end() + "/" + log.forced() + " " + log.history().entries();
            default -> event.toString();
        };
    }

    private static String words(Effect effect) {
        return switch (effect) {
            case Effect.PutRecord put -> "PUT#" + put.putId() + " on " + put.version() + " " + words(put.next());
            case Effect.Send send -> "to " + send.peer() + " " + words(send.message());
            case Effect.Persist persist -> "persist#" + persist.ticket() + " " + words(persist.state());
            case Effect.Publish publish -> words(publish.view());
            default -> effect.toString();
        };
    }

    private static String words(RoleView view) {
        return "PUBLISH %s e%d%s%s committed %d %s"
                .formatted(
                        view.role(),
                        view.epoch(),
                        view.isWritable() ? " W" : "",
                        view.isReadable() ? " R" : "",
                        view.committed(),
                        view.conditions());
    }

    private static String words(Message message) {
        return switch (message) {
            case Message.Follow follow ->
                "follow#" + follow.session() + " " + follow.member().storageId() + " e" + follow.epochStored() + " end "
                        + follow.logEnd() + " " + follow.history().entries();
            case Message.Report report ->
                "report#" + report.askId() + " " + report.member().storageId() + " " + words(report.stored())
                        + " last e" + report.lastEpoch() + " end " + report.logEnd()
                        + (report.recovered() ? "" : " NOT RECOVERED");
            case Message.Deny deny -> "deny#" + deny.session() + " e" + deny.epochStored();
            default -> message.toString();
        };
    }

    private static String words(StoredState stored) {
        return "{e" + stored.epoch()
                + stored.record().map(record -> " " + words(record)).orElse("")
                + (stored.isVolatile() ? " VOLATILE" : "")
                + (stored.promisedEpoch() == StoredState.NO_PROMISE ? "" : " PROMISED") + "}";
    }

    static String words(GroupState state) {
        return "v" + state.version() + " " + state.record().map(History::words).orElse("no record");
    }

    static String words(GroupRecord record) {
        return "[r%d e%d master %d set %s %s %s by %s]"
                .formatted(
                        record.revision(),
                        record.epoch(),
                        record.masterReplica(),
                        record.syncSet().stream().map(m -> m.storageId()).toList(),
                        record.state(),
                        record.reason(),
                        record.nonce());
    }
}
