package dev.millrace.broker;

import dev.millrace.broker.copy.CopyNames;
import dev.millrace.broker.copy.CopyWiring;
import dev.millrace.broker.copy.GroupCopy;
import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.delay.TimerAgent;
import dev.millrace.broker.delay.TimerFollower;
import dev.millrace.broker.pop.PopFollower;
import dev.millrace.broker.transaction.HalfFollower;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.store.AgentThreads;
import dev.millrace.store.LogFollower;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the store, alone or as a copy of a broker group, with those who follow it. Owner: the main thread. */
final class Openings {
    private static final Logger LOG = LoggerFactory.getLogger(Openings.class);

    private final BrokerSettings settings;
    private final RecoveryLog recovery;
    private final Consumer<StoreException> onFault;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final LocalDisk disk = new LocalDisk();

    /**
     * @param onFault hears that the store failed for good
     * @param nanos monotonic clock
     */
    Openings(
            BrokerSettings settings,
            RecoveryLog recovery,
            Consumer<StoreException> onFault,
            InstantSource clock,
            LongSupplier nanos) {
        this.settings = settings;
        this.recovery = recovery;
        this.onFault = onFault;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Monotonic time, ms. */
    long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }

    /** Followers for one opening of a store that stands alone. */
    Followers standAlone() {
        Path folder = settings.stateFolder();
        return new Followers(
                new HalfFollower(settings.transactions(), disk, folder),
                new TimerFollower(disk, settings.store().path(), settings.delays()),
                new PopFollower(settings.pops(), disk, folder),
                new Deduplication(folder, clock),
                null);
    }

    /** Followers for one opening of a copy of a broker group. */
    Followers inGroup() {
        return Followers.inGroup(
                disk, clock, settings.store(), settings.transactions(), settings.delays(), settings.pops());
    }

    MessageStore open(Followers followers) {
        return StoreWiring.open(settings.store(), dependencies(followers.inOrder()));
    }

    GroupCopy openCopy(Followers followers) {
        BrokerConfig broker = settings.broker();
        return CopyWiring.open(
                settings.copy(),
                new CopyNames(broker.cluster(), broker.name(), broker.host() + ":" + broker.port()),
                settings.store(),
                dependencies(followers.inOrder()));
    }

    /** What a copy of a broker group does for its followers while it does not serve. */
    StandBy standBy(MessageStore store, Followers followers) {
        TimerAgent calendar = new TimerAgent(
                store, followers.timers(), clock, storeHost(), settings.store().segmentBytes(), settings.delays());
        return new StandBy(store, followers, calendar);
    }

    /** The store as a broker serves it; {@code calendar} is what a standing-by copy hands over, else null. */
    Broker.OpenStore opened(MessageStore store, Followers followers, @Nullable TimerAgent calendar) {
        return new Broker.OpenStore(store, settings.store().segmentBytes(), followers, settings.delays(), calendar);
    }

    /** Host field of the records that this broker writes. */
    byte[] storeHost() {
        BrokerConfig broker = settings.broker();
        return OffsetMessageId.hostField(new InetSocketAddress(broker.host(), broker.port()));
    }

    StoreDependencies dependencies(List<LogFollower> followers) {
        return new StoreDependencies(
                disk,
                clock,
                nanos,
                new AgentThreads(
                        0, (role, fault) -> LOG.atError().setCause(fault).log("the {} thread ended", role)),
                onFault,
                recovery,
                followers);
    }
}
