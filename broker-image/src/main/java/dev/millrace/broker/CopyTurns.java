package dev.millrace.broker;

import dev.millrace.broker.copy.CopyEnd;
import dev.millrace.broker.copy.CopyStatus;
import dev.millrace.broker.copy.GroupCopy;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.journal.StateJournal;
import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.RoleView;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One opening of a copy: serves while it is master, passes clients on to the master while it is not.
 *
 * <pre>
 *   waiting for a role --replica--&gt; passing on --elected, everything inherited dispatched--&gt; serving
 *   serving --stepping down, lease lost--&gt; paused --mastership over--&gt; end, passing on --&gt; opened anew
 * </pre>
 *
 * <p>Owner: the main thread.
 */
final class CopyTurns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CopyTurns.class);
    private static final long TURN_MS = 100;
    private static final long PROMOTING_TURN_MS = 2;
    /** Who was master waits so long for the next one, so that its clients are passed on and not cut off. */
    private static final long SUCCESSOR_WAIT_MS = 5_000;

    private final BrokerSettings settings;
    private final Openings openings;
    private final Followers followers;
    private final GroupCopy copy;
    private final RecoveryLog recovery;
    private final Ports ports;
    private final StandBy standBy;
    private final BlockingQueue<Boolean> changes = new ArrayBlockingQueue<>(1);
    private boolean isStandingBy = true;
    private @Nullable Serving serving;
    private Optional<String> passedOnTo = Optional.empty();

    /** A broker that serves the mastership of one epoch. */
    private static final class Serving {
        final Broker broker;
        final long epoch;
        boolean isPaused;

        Serving(Broker broker, long epoch) {
            this.broker = broker;
            this.epoch = epoch;
        }
    }

    /** @param recovery is told what this copy is */
    CopyTurns(
            BrokerSettings settings,
            Openings openings,
            Followers followers,
            GroupCopy copy,
            RecoveryLog recovery,
            Ports ports) {
        this.settings = settings;
        this.openings = openings;
        this.followers = followers;
        this.copy = copy;
        this.recovery = recovery;
        this.ports = ports;
        this.standBy = openings.standBy(copy.store().messages(), followers);
    }

    /** Runs until this opening is over; empty if that is because a mastership is. */
    Optional<CopyEnd> run() {
        CompletableFuture<CopyEnd> ended = copy.ended().toCompletableFuture();
        ended.thenRun(this::changed);
        copy.watch(status -> changed());
        while (!ended.isDone()) {
            CopyStatus status = copy.status();
            if (serving == null) {
                Optional<CopyEnd> failed = standBy(status);
                if (failed.isPresent()) {
                    return failed;
                }
            } else if (!serve(serving, status)) {
                leave(serving);
                return ended.isDone() ? Optional.of(ended.join()) : Optional.empty();
            }
            tell(status);
            await(isPromoting(status) ? PROMOTING_TURN_MS : TURN_MS);
        }
        return Optional.of(ended.join());
    }

    private void changed() {
        changes.offer(true);
    }

    private void await(long ms) {
        try {
            changes.poll(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the main thread was interrupted; nobody should do that", e);
        }
    }

    private boolean isPromoting(CopyStatus status) {
        return serving == null && status.isOpenMaster();
    }

    /** Empty unless this copy can't do what it must. */
    private Optional<CopyEnd> standBy(CopyStatus status) {
        RoleView view = status.view();
        if (view.role() == RoleView.Role.MASTER && view.isReadable()) {
            if (copy.store().messages().dispatchedPosition() >= view.inheritedEnd()
                    && view.committed() >= view.inheritedEnd()) {
                try {
                    begin(view.epoch());
                } catch (StateFileException e) {
                    return Optional.of(
                            new CopyEnd.Failed("the state of the broker can't be taken over: " + e.getMessage()));
                }
            }
            return Optional.empty();
        }
        standBy.turn();
        passOn(view.master());
        return Optional.empty();
    }

    private void passOn(Optional<String> master) {
        if (!master.equals(passedOnTo)) {
            passedOnTo = master;
            if (master.isPresent()) {
                ports.passOn(address(master.get()));
            } else {
                ports.hold();
            }
        }
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    private void begin(long epoch) {
        StateJournal journal = followers.journal();
        if (journal == null) {
            throw new AssertionError("a copy of a broker group has no journal");
        }
        BrokerConfig config = settings.broker();
        StateTables tables = journal.attach(copy.store().messages(), openings.storeHost());
        isStandingBy = false;
        Broker broker = new Broker(
                config,
                openings.opened(copy.store().messages(), followers, standBy.handOver()),
                tables,
                settings.shown(),
                TransportSettings.defaults(),
                ports,
                epoch);
        serving = new Serving(broker, epoch);
        passedOnTo = Optional.empty();
        LOG.atInfo()
                .addKeyValue("broker", config.name())
                .addKeyValue("epoch", epoch)
                .log("copy {} serves as master", settings.copy().copy());
    }

    /** Goes on to serve, or pauses; false if the mastership is over. */
    private static boolean serve(Serving serving, CopyStatus status) {
        RoleView view = status.view();
        boolean isOver = switch (view.role()) {
            case BOOTSTRAPPING, REPLICA, DIVERGED, WINNER -> true;
            case MASTER, STEPPING_DOWN -> view.epoch() != serving.epoch;
            case FENCED ->
                status.record()
                        .filter(record -> record.masterReplica() == status.copy())
                        .isEmpty();
        };
        if (isOver) {
            return false;
        }
        boolean isServed = view.role() == RoleView.Role.MASTER && view.isReadable();
        if (isServed && serving.isPaused) {
            serving.broker.resume();
        } else if (!isServed && !serving.isPaused) {
            serving.broker.pause();
        }
        serving.isPaused = !isServed;
        return true;
    }

    /** The mastership is over: clients wait for the next master, and are passed on to it. */
    private void leave(Serving last) {
        if (!last.isPaused) {
            last.broker.pause();
        }
        endJournal();
        long untilMs = openings.nowMs() + SUCCESSOR_WAIT_MS;
        CopyStatus status = copy.status();
        while (status.view().master().isEmpty()
                && openings.nowMs() < untilMs
                && status.view().role() != RoleView.Role.WINNER
                && status.view().role() != RoleView.Role.MASTER) {
            await(TURN_MS);
            status = copy.status();
        }
        passOn(status.view().master());
        last.broker.end(status.view().master().isPresent());
        serving = null;
    }

    private void endJournal() {
        StateJournal journal = followers.journal();
        if (journal != null) {
            journal.end();
        }
    }

    private void tell(CopyStatus status) {
        RoleView view = status.view();
        boolean isServing = serving != null && !serving.isPaused;
        String role = view.role() == RoleView.Role.MASTER && !isServing
                ? "winner"
                : view.role().name().toLowerCase(Locale.ROOT).replace('_', '-');
        List<Integer> inSync = status.record().map(GroupRecord::syncSet).orElse(List.of()).stream()
                .map(Member::replica)
                .sorted()
                .toList();
        List<String> conditions =
                view.conditions().stream().map(Enum::name).sorted().toList();
        recovery.isCopy(
                isServing || view.role() == RoleView.Role.REPLICA && view.isReadable(),
                role,
                status.end(),
                new CopyReadiness(
                        status.copy(),
                        view.epoch(),
                        view.master().orElse(""),
                        inSync,
                        view.committed(),
                        status.behindBytes(),
                        conditions));
    }

    @Override
    public void close() {
        if (serving != null) {
            endJournal();
            serving.broker.end(false);
            serving = null;
        } else if (isStandingBy) {
            standBy.close();
        }
    }
}
