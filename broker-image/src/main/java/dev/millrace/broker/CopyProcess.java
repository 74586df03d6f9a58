package dev.millrace.broker;

import dev.millrace.broker.copy.CopyEnd;
import dev.millrace.broker.copy.CopyWiring;
import dev.millrace.broker.copy.GroupCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker that is one copy of a broker group, for as long as its process lives. After each loss of a mastership everything
 * but the ports is opened anew, as after a restart: what follows the log is made for one opening.
 *
 * <p>Owner: the main thread; {@link #requestEnd} comes from another.
 */
final class CopyProcess {
    private static final Logger LOG = LoggerFactory.getLogger(CopyProcess.class);

    /** Where a copy puts what it must not use any more, in its store's folder; only the last one is kept. */
    private static final String SET_ASIDE = "set-aside";

    private final BrokerSettings settings;
    private final Openings openings;
    private final RecoveryLog recovery;
    private final Ports ports;
    private final Object lock = new Object();
    private boolean isEndRequested;
    private @Nullable GroupCopy current;

    /** @param ports where clients come; they stay open when the copy's role changes */
    CopyProcess(BrokerSettings settings, Openings openings, RecoveryLog recovery, Ports ports) {
        this.settings = settings;
        this.openings = openings;
        this.recovery = recovery;
        this.ports = ports;
    }

    /** Runs until the process is to end: true if it was asked to, false if its store failed. */
    boolean run() {
        while (true) {
            Optional<CopyEnd> end = runOnce();
            if (end.isEmpty()) {
                LOG.info("this copy was master; it opens its store anew and follows");
                continue;
            }
            switch (end.get()) {
                case CopyEnd.Asked asked -> {
                    return true;
                }
                case CopyEnd.Failed failed -> {
                    LOG.error("this copy ends: {}", failed.reason());
                    return false;
                }
                case CopyEnd.Diverged diverged -> setAside(diverged.reason());
                case CopyEnd.BeginAt begin -> {
                    if (!begin.isEmpty()) {
                        setAside(begin.reason());
                    } else {
                        LOG.info("this copy begins anew: {}", begin.reason());
                        CopyWiring.beginAt(settings.store(), openings.dependencies(List.of()), begin);
                    }
                }
            }
        }
    }

    /** Hands over if another copy can take over; {@link #run} returns then. Any thread. */
    void requestEnd() {
        synchronized (lock) {
            isEndRequested = true;
            if (current != null) {
                current.endRequested();
            }
        }
    }

    /** Empty if a mastership is over. */
    private Optional<CopyEnd> runOnce() {
        Followers followers = openings.inGroup();
        try (GroupCopy copy = openings.openCopy(followers)) {
            begun(copy);
            try (CopyTurns turns = new CopyTurns(settings, openings, followers, copy, recovery, ports)) {
                return turns.run();
            }
        } finally {
            begun(null);
        }
    }

    private void begun(@Nullable GroupCopy copy) {
        synchronized (lock) {
            current = copy;
            if (copy != null && isEndRequested) {
                copy.endRequested();
            }
        }
    }

    /** The copy goes on with an empty store; what it had stays until the next time. */
    private void setAside(String reason) {
        Path folder = settings.store().path();
        Path aside = folder.resolve(SET_ASIDE);
        LOG.warn("this copy begins with an empty store, what it had is in {}: {}", aside, reason);
        try {
            delete(aside);
            Files.createDirectories(aside);
            try (Stream<Path> all = Files.list(folder)) {
                for (Path each : all.filter(path -> !path.equals(aside)).toList()) {
                    Files.move(each, aside.resolve(each.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't move the files of " + folder + " into " + aside, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
