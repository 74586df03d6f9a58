package dev.millrace.namesrv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.protocol.command.NamesrvRequest.BrokerHeartbeat;
import dev.millrace.protocol.command.NamesrvRequest.GetClusterInfo;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.command.NamesrvRequest.UnregisterBroker;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The master of a broker group changes: another address registers the same name with a higher epoch. */
class MasterChangeTest {
    private static final String OLD = "10.0.0.1:10911";
    private static final String NEW = "10.0.0.2:10911";
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final IoThreads io = IoThreads.start(1);
    private final Namesrv namesrv = NamesrvWiring.start(
            Settings.bind(
                    NamesrvConfig.class,
                    Map.of(
                            "namesrv.host", "127.0.0.1",
                            "namesrv.port", "0",
                            "namesrv.expiry-scan-interval", "10ms")),
            clock.nanos(),
            TransportSettings.defaults());
    private final Peer oldMaster = new Peer(io, namesrv.port());
    private final Peer newMaster = new Peer(io, namesrv.port());
    private final Peer client = new Peer(io, namesrv.port());

    @AfterEach
    void stop() {
        oldMaster.close();
        newMaster.close();
        client.close();
        namesrv.close();
        io.close();
    }

    @Test
    void theRouteShowsTheNewMasterWithTheTopicsAtOnce() {
        oldMaster.ask(master(OLD, 7));

        newMaster.ask(master(NEW, 8));

        assertThat(client.route("T").text())
                .contains("\"brokerAddrs\":{\"0\":\"" + NEW + "\"}", "\"readQueueNums\":4,", "\"writeQueueNums\":4}")
                .doesNotContain(OLD);
    }

    @Test
    void aLowerEpochDoesNotTakeThePlaceOfAHigherOne() {
        newMaster.ask(master(NEW, 8));

        Peer.Answer answer = oldMaster.ask(master(OLD, 7));

        assertThat(answer.isSuccess()).isTrue();
        assertThat(client.route("T").text()).contains(NEW).doesNotContain(OLD);
    }

    @Test
    void theEpochIsStrongerThanTheCountOfChanges() {
        oldMaster.ask(Peer.registration("g0", 0, OLD, Peer.topics(new DataVersion(99, 7, 99), "T", "U")));

        newMaster.ask(Peer.registration("g0", 0, NEW, Peer.topics(new DataVersion(1, 8, 1), "T", "U")));

        assertThat(client.route("T").text()).contains(NEW).doesNotContain(OLD);
    }

    @Test
    void theOldMastersGoodbyeDoesNotTakeTheNewOnesRoute() {
        oldMaster.ask(master(OLD, 7));
        newMaster.ask(master(NEW, 8));

        oldMaster.ask(new UnregisterBroker("g0", OLD, "c", 0));

        assertThat(client.route("T").text()).contains(NEW, "\"readQueueNums\":4");
        assertThat(client.ask(new GetClusterInfo()).text()).contains(NEW);
    }

    @Test
    void theEndOfTheOldMastersConnectionDoesNotTakeTheNewOnesRoute() {
        oldMaster.ask(master(OLD, 7));
        oldMaster.ask(Peer.registration("mark", 0, "10.0.0.3:10911", Peer.topics(Peer.version(1), "M", "N")));
        newMaster.ask(master(NEW, 8));

        oldMaster.close();

        // Both names came over one connection, so what its end changes is changed once the mark is gone.
        awaitThat(() -> !client.route("M").isSuccess());
        assertThat(client.route("T").text()).contains(NEW, "\"readQueueNums\":4");
    }

    @Test
    void theOldMastersSilenceDoesNotTakeTheNewOnesRoute() {
        oldMaster.ask(master(OLD, 7));
        oldMaster.ask(Peer.registration("mark", 0, "10.0.0.3:10911", Peer.topics(Peer.version(1), "M", "N")));
        newMaster.ask(master(NEW, 8));
        clock.advance(Duration.ofSeconds(119));
        newMaster.ask(new BrokerHeartbeat("c", NEW, "g0", 0L, null, null, null, null, null));

        clock.advance(Duration.ofSeconds(2));

        awaitThat(() -> !client.route("M").isSuccess());
        assertThat(client.route("T").text()).contains(NEW);
    }

    @Test
    void theRouteIsBackWhenTheOldMasterLeftFirst() {
        oldMaster.ask(master(OLD, 7));
        oldMaster.close();
        awaitThat(() -> !client.route("T").isSuccess());

        newMaster.ask(master(NEW, 8));

        assertThat(client.route("T").text()).contains(NEW, "\"readQueueNums\":4");
    }

    @Test
    void theSameProcessMayBeMasterAgainInALaterEpoch() {
        oldMaster.ask(master(OLD, 7));
        newMaster.ask(master(NEW, 8));
        oldMaster.ask(master(OLD, 9));

        newMaster.ask(new UnregisterBroker("g0", NEW, "c", 0));
        newMaster.ask(master(NEW, 8));

        assertThat(client.route("T").text()).contains(OLD).doesNotContain(NEW);
    }

    @Test
    void aBrokerThatStandsAloneDoesNotTakeThePlaceOfAGroupsMaster() {
        newMaster.ask(master(NEW, 8));

        oldMaster.ask(master(OLD, 0));

        assertThat(client.route("T").text()).contains(NEW).doesNotContain(OLD);
    }

    private static RegisterBroker master(String address, long epoch) {
        return Peer.registration("g0", 0, address, Peer.topics(new DataVersion(1, epoch, 1), "T", "U"));
    }

    /** Asks again until it holds. */
    private static void awaitThat(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
        }
    }
}
