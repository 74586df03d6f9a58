package dev.millrace.broker.journal;

import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.files.StateTable;
import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateSnapshot.Dump;
import dev.millrace.broker.journal.StateSnapshot.Saved;
import dev.millrace.broker.topic.TopicLogWatcher;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ProtocolException;
import dev.millrace.store.Disk;
import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a broker group that does not follow from messages, as records of a system topic in the log: so every copy has
 * it. Each copy follows them; the master writes them.
 *
 * <pre>
 * following --attach--&gt; written by this copy --end--&gt; following
 * </pre>
 *
 * Now and then the master writes all of it, a dump: a log whose start was removed is whole from a dump on, and retention waits
 * for one.
 *
 * <p>Thread-safe. The opening thread, then the dispatch thread follow; one thread calls {@link #turn}; retention asks from the
 * store's upkeep thread. Crash behaviour: the file of the content is written once the log is durable up to where it got, so
 * a start finds the rest in the log.
 */
public final class StateJournal implements LogFollower {
    private static final Logger LOG = LoggerFactory.getLogger(StateJournal.class);
    /** Name of the file beside the other state of the broker. */
    public static final String FILE = "state";

    private static final byte[] TOPIC = TopicNames.STATE.getBytes(StandardCharsets.US_ASCII);
    private static final int BODY_BYTES_MAX = 256 * 1024;
    /** Of a record around its body. */
    private static final int RECORD_BYTES_AROUND = 512;

    private final Path folder;
    private final Settings settings;
    private final FollowedState state = new FollowedState();
    private final StateSaves saves;
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
    /** Topics that were removed before the store was known. */
    private final Set<String> removedEarly = ConcurrentHashMap.newKeySet();

    private LongSupplier offsetsReached = () -> 0;
    private volatile long reached;
    private volatile @Nullable MessageStore store;
    private volatile @Nullable StateWriter writer;
    /** Retention wants to remove what is before it. */
    private volatile long wantedPosition;

    /** Thread that turns. */
    private long triedDumpAt = -1;

    /**
     * How the state is written.
     *
     * @param dumpBytes a dump begins when the log grew by so much since the last one
     * @param bodyBytesMax of one record
     * @param writeTimeout how long a change may wait until it is committed
     */
    public record Settings(long dumpBytes, int bodyBytesMax, Duration writeTimeout) {
        /** A dump in each segment, so that a copy which removes one has a later dump. */
        public static Settings of(StoreConfig config) {
            return new Settings(
                    config.segmentBytes(),
                    Math.min(BODY_BYTES_MAX, config.recordBytesMax() - RECORD_BYTES_AROUND),
                    Duration.ofSeconds(5));
        }
    }

    /** @param folder where the broker keeps its state; files of a broker that stood alone are read there */
    public StateJournal(Disk disk, Path folder, Settings settings) {
        this.folder = folder;
        this.settings = settings;
        state.onRemoved(this::removed);
        this.saves = new StateSaves(new StateSnapshot(disk, folder.resolve(FILE)), state);
    }

    /** Who hears of topics; before the store is opened. */
    public void watch(TopicLogWatcher watcher) {
        state.watch(watcher);
    }

    /**
     * Who follows moves of offsets in the log; before the store is opened.
     *
     * @param followedTo position before which it told all moves
     * @param saved hears the position before which all moves are in the offsets of the journal
     */
    public void onOffsets(LongSupplier followedTo, LongConsumer saved) {
        offsetsReached = followedTo;
        state.onOffsets(saved);
    }

    @Override
    public long resumePosition(long endPosition) {
        Saved saved = saves.read(endPosition).orElse(null);
        if (saved == null) {
            state.begin();
            return 0;
        }
        state.begin(saved);
        return Math.min(saved.position(), state.watchersResumeAt());
    }

    @Override
    public boolean wants(LogRecord record) {
        return record.isTopic(TOPIC);
    }

    @Override
    public void follow(LogRecord record) {
        try {
            state.follow(record);
        } catch (IllegalArgumentException | ProtocolException e) {
            throw new StoreException(
                    "the record of " + TopicNames.STATE + " at position " + record.position() + " can't be understood: "
                            + e.getMessage() + "; start this copy with the program of the copy that wrote it",
                    e);
        }
    }

    @Override
    public void reached(long position) {
        reached = position;
        var first = waiting.firstEntry();
        while (first != null && first.getKey() < position) {
            waiting.remove(first.getKey());
            first.getValue().complete(null);
            first = waiting.firstEntry();
        }
    }

    private CompletableFuture<Void> whenFollowed(long position) {
        CompletableFuture<Void> stage = waiting.computeIfAbsent(position, at -> new CompletableFuture<>());
        if (reached > position && waiting.remove(position, stage)) {
            stage.complete(null);
        }
        return stage;
    }

    @Override
    public boolean mayRemoveBefore(long position) {
        Dump dump = state.dump();
        if (dump.begin() < position) {
            wantedPosition = Math.max(wantedPosition, position);
            return false;
        }
        MessageStore opened = store;
        // A crash must not take the dump when what is before it is gone.
        return opened != null && opened.durablePosition() >= dump.end();
    }

    /** The store is open: from now on retention gets answers, and the content is saved. */
    public void opened(MessageStore openedStore) {
        store = openedStore;
        Set.copyOf(removedEarly).stream()
                .filter(topic -> !state.hasTopic(topic))
                .forEach(openedStore::deleteTopic);
        removedEarly.clear();
    }

    /** The queues of a topic are derived from records before the one that removes it: those of each copy go with it. */
    private void removed(String topic) {
        MessageStore opened = store;
        if (opened == null) {
            removedEarly.add(topic);
        } else {
            opened.deleteTopic(topic);
        }
    }

    /**
     * This copy is the master, and everything that its log held before is followed: from now on it writes. Waits until that
     * is so for a first dump, if the log has none; then it begins with the files of a broker that stood alone.
     *
     * @param storeHost host field of the record layout
     * @throws StateFileException if the first dump can't be written, or the state is not known
     */
    public StateTables attach(MessageStore openedStore, byte[] storeHost) {
        opened(openedStore);
        StateContent known = new StateContent();
        boolean isFirst = !isWhole();
        if (isFirst) {
            importFiles(known, openedStore);
        }
        known.applyAll(state.entries());
        StateAppends appends = new StateAppends(openedStore, storeHost, settings, this::whenFollowed);
        StateWriter fresh = new StateWriter(appends, known, offsetsReached);
        if (isFirst) {
            fresh.dump(openedStore.maxPosition());
        }
        writer = fresh;
        return new StateTables(
                fresh.table(new TableParts.Topics()),
                fresh.table(new TableParts.Groups()),
                fresh.offsets(),
                fresh.table(new TableParts.Delays()),
                fresh.table(new TableParts.Modes()));
    }

    /** What a broker that stood alone kept in its files. */
    private void importFiles(StateContent target, MessageStore openedStore) {
        StateTables files = StateTables.inFiles(folder);
        importFile(target, files.topics(), new TableParts.Topics());
        if (openedStore.minPosition() > 0 && target.entries().isEmpty()) {
            throw new StateFileException(
                    "the log begins at position " + openedStore.minPosition()
                            + ", it holds no whole dump of the state, and "
                            + folder
                            + " holds no topics.json; bring the files of the broker that stood alone there, or let"
                            + " another copy be master",
                    null);
        }
        importFile(target, files.groups(), new TableParts.Groups());
        importFile(target, files.offsets(), new TableParts.Offsets());
        importFile(target, files.delays(), new TableParts.Delays());
        importFile(target, files.modes(), new TableParts.Modes());
    }

    private static <T extends Record> void importFile(StateContent target, StateTable<T> source, TableParts<T> parts) {
        source.read().ifPresent(table -> parts.split(table).forEach((key, value) -> target.apply(new Put(key, value))));
    }

    /** Writers that wait hear that the mastership is over, and so do later ones. */
    public void end() {
        StateWriter present = writer;
        if (present != null) {
            present.end();
        }
    }

    /** Whether the log of this copy holds a whole dump. */
    public boolean isWhole() {
        return state.dump().begin() >= 0;
    }

    /** Saves the content when that is due; on a master it writes a dump when one is due. Called each second; blocks. */
    public void turn() {
        MessageStore opened = store;
        if (opened == null) {
            return;
        }
        StateWriter present = writer;
        if (present != null) {
            try {
                present.settle();
                dumpIfDue(present, opened);
            } catch (StateFileException e) {
                LOG.atWarn()
                        .addKeyValue("error", e.getMessage())
                        .log("the state of the broker group is not written; trying again");
            }
        }
        saves.turn(reached, opened.durablePosition());
    }

    private void dumpIfDue(StateWriter present, MessageStore opened) {
        long begin = state.dump().begin();
        long end = opened.maxPosition();
        boolean isDue = begin < wantedPosition || end - Math.max(begin, triedDumpAt) >= settings.dumpBytes;
        if (isDue) {
            triedDumpAt = end;
            present.dump(end);
        }
    }
}
