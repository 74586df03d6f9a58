package dev.millrace.namesrv.route;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.namesrv.liveness.BrokerKey;
import dev.millrace.namesrv.liveness.Departures;
import dev.millrace.namesrv.liveness.LiveBroker;
import dev.millrace.namesrv.liveness.LiveBrokers;
import dev.millrace.namesrv.route.RegisterOutcome.Ignored;
import dev.millrace.namesrv.route.RegisterOutcome.Refused;
import dev.millrace.namesrv.route.RegisterOutcome.Registered;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicConfig;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of all routes. Readers take {@link #routes}, a snapshot; changes are made one after the other on a copy.
 * Nothing is on disk: brokers register again.
 *
 * <p>Thread-safe: one lock for changes, never held over I/O.
 */
public final class RouteTable implements Departures {
    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);

    private final Object lock = new Object();
    private final LiveBrokers live;

    @GuardedBy("lock")
    private Routes latest = Routes.EMPTY;

    private volatile Routes published = Routes.EMPTY;

    public RouteTable(LiveBrokers live) {
        this.live = live;
    }

    Routes routes() {
        return published;
    }

    /**
     * Puts a broker into the routes. It takes the place of another address with its name and id, unless that one
     * registered a higher state version: the epoch of its mastership. The one whose place was taken is forgotten, so that
     * neither its goodbye nor the end of its connection changes a route.
     *
     * @param removesAbsentTopics topics that the broker does not name any more leave its routes
     */
    RegisterOutcome register(Registration broker, boolean removesAbsentTopics) {
        synchronized (lock) {
            BrokerData known = latest.brokers().get(broker.brokerName());
            Map<Long, String> addresses = new TreeMap<>(known == null ? Map.of() : known.brokerAddrs());
            String address = broker.key().address();
            addresses.entrySet().removeIf(one -> one.getValue().equals(address) && one.getKey() != broker.brokerId());
            String before = addresses.get(broker.brokerId());
            if (before != null && !before.equals(address) && isOlderThan(broker, before)) {
                live.remove(broker.key());
                return new Ignored(before);
            }
            if (before == null && broker.topics().topicConfigTable().size() == 1) {
                return new Refused();
            }
            addresses.put(broker.brokerId(), address);
            if (before != null && !before.equals(address)) {
                live.remove(new BrokerKey(broker.key().cluster(), before));
            }
            enter(broker, addresses, before == null, removesAbsentTopics);
            return registered(broker, addresses, before == null);
        }
    }

    private boolean isOlderThan(Registration broker, String holder) {
        return live.find(new BrokerKey(broker.key().cluster(), holder))
                .filter(other -> other.version().stateVersion()
                        > broker.topics().version().stateVersion())
                .isPresent();
    }

    @GuardedBy("lock")
    private void enter(Registration broker, Map<Long, String> addresses, boolean isNew, boolean removesAbsentTopics) {
        RoutesDraft draft = new RoutesDraft(latest);
        draft.putBroker(new BrokerData(
                addresses, broker.brokerName(), broker.key().cluster(), broker.isActingMasterAllowed(), broker.zone()));
        boolean isPrimeReplica = broker.allowsActingMaster() != null
                && !broker.isMaster()
                && broker.brokerId() == Collections.min(addresses.keySet());
        if (broker.isMaster() || isPrimeReplica) {
            boolean isChanged = live.find(broker.key())
                    .map(LiveBroker::version)
                    .filter(broker.topics().version()::equals)
                    .isEmpty();
            takeTopics(draft, broker, isNew || isChanged);
            if (removesAbsentTopics) {
                removeAbsentTopics(draft, broker);
            }
        }
        live.put(new LiveBroker(
                broker.key(),
                broker.brokerName(),
                broker.brokerId(),
                broker.haAddress(),
                broker.topics().version(),
                broker.connection(),
                broker.silenceMax(),
                live.nowNanos()));
        publish(draft);
    }

    private static void takeTopics(RoutesDraft draft, Registration broker, boolean isChanged) {
        int lost = !broker.isMaster() && broker.isActingMasterAllowed() ? Permission.WRITE : 0;
        for (Map.Entry<String, TopicConfig> topic :
                broker.topics().topicConfigTable().entrySet()) {
            if (isChanged || draft.queues(topic.getKey(), broker.brokerName()) == null) {
                TopicConfig config = topic.getValue();
                draft.putQueues(
                        topic.getKey(),
                        new QueueData(
                                broker.brokerName(),
                                config.perm() & ~lost,
                                config.readQueueNums(),
                                config.topicSysFlag(),
                                config.writeQueueNums()));
            }
        }
    }

    private static void removeAbsentTopics(RoutesDraft draft, Registration broker) {
        for (String topic : draft.topicsOf(broker.brokerName())) {
            if (!broker.topics().topicConfigTable().containsKey(topic)) {
                draft.removeQueues(topic, broker.brokerName());
            }
        }
    }

    private Registered registered(Registration broker, Map<Long, String> addresses, boolean isNew) {
        String master = addresses.get(BrokerData.MASTER_ID);
        if (broker.isMaster() || master == null) {
            return new Registered(isNew, null, null);
        }
        Optional<LiveBroker> liveMaster = live.find(new BrokerKey(broker.key().cluster(), master));
        return liveMaster
                .map(found -> new Registered(isNew, master, found.haAddress()))
                .orElse(new Registered(isNew, null, null));
    }

    /** Takes a broker out of the routes; without effect if it is not there. */
    void unregister(BrokerKey key, String brokerName) {
        synchronized (lock) {
            live.remove(key);
            remove(key, brokerName);
        }
    }

    @Override
    public void closed(LiveBroker broker) {
        boolean isGone;
        synchronized (lock) {
            isGone = live.find(broker.key())
                    .filter(now -> now.connection() == broker.connection())
                    .isPresent();
            if (isGone) {
                unregister(broker.key(), broker.brokerName());
            }
        }
        if (isGone) {
            logLeft(broker, "its connection closed");
        }
    }

    @Override
    public void expired(LiveBroker broker) {
        boolean isGone;
        synchronized (lock) {
            isGone = live.find(broker.key())
                    .filter(now -> now.seenNanos() == broker.seenNanos())
                    .isPresent();
            if (isGone) {
                unregister(broker.key(), broker.brokerName());
            }
        }
        if (isGone) {
            logLeft(broker, "it was silent for " + broker.silenceMax().toMillis() + " ms");
        }
    }

    private static void logLeft(LiveBroker broker, String reason) {
        LOG.atWarn()
                .addKeyValue("broker", broker.brokerName())
                .addKeyValue("client", broker.key().address())
                .log("broker left the routes, {}", reason);
    }

    @GuardedBy("lock")
    private void remove(BrokerKey key, String brokerName) {
        BrokerData broker = latest.brokers().get(brokerName);
        if (broker == null || !broker.brokerAddrs().containsValue(key.address())) {
            return;
        }
        Map<Long, String> addresses = new TreeMap<>(broker.brokerAddrs());
        addresses.values().removeIf(key.address()::equals);
        RoutesDraft draft = new RoutesDraft(latest);
        if (addresses.isEmpty()) {
            draft.removeBroker(brokerName);
        } else {
            draft.putBroker(new BrokerData(
                    addresses, brokerName, broker.cluster(), broker.enableActingMaster(), broker.zoneName()));
            if (broker.enableActingMaster() && !addresses.containsKey(BrokerData.MASTER_ID)) {
                draft.changePermissions(brokerName, permission -> permission & ~Permission.WRITE);
            }
        }
        publish(draft);
    }

    /** Changes the permission of all topics of a broker until they change there; returns how many it has. */
    int changePermissions(String brokerName, IntUnaryOperator change) {
        synchronized (lock) {
            RoutesDraft draft = new RoutesDraft(latest);
            int touched = draft.changePermissions(brokerName, change);
            publish(draft);
            return touched;
        }
    }

    /** @param cluster null for all clusters */
    void deleteTopic(String topic, @Nullable String cluster) {
        synchronized (lock) {
            RoutesDraft draft = new RoutesDraft(latest);
            if (cluster == null || cluster.isEmpty()) {
                draft.removeTopic(topic);
            } else {
                latest.brokers().values().stream()
                        .filter(broker -> broker.cluster().equals(cluster))
                        .forEach(broker -> draft.removeQueues(topic, broker.brokerName()));
            }
            publish(draft);
        }
    }

    @GuardedBy("lock")
    private void publish(RoutesDraft draft) {
        latest = draft.toRoutes();
        published = latest;
    }
}
