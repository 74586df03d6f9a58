package dev.millrace.broker.metrics;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.body.ReplicationStatus;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.SettingsRequest.CleanExpiredQueues;
import dev.millrace.protocol.command.SettingsRequest.DeleteExpiredLog;
import dev.millrace.protocol.command.SettingsRequest.GetBrokerConfig;
import dev.millrace.protocol.command.SettingsRequest.GetBrokerRuntimeInfo;
import dev.millrace.protocol.command.SettingsRequest.GetReplicationStatus;
import dev.millrace.protocol.command.SettingsRequest.UpdateBrokerConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreStatistics;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * The figures and settings that tools ask for, under the names they know.
 *
 * <p>Thread-safe.
 */
public final class RuntimeInfo {
    private final MessageStore store;
    private final BrokerCounters counters;
    private final InstantSource clock;
    private final IntSupplier parkedPolls;
    private final Map<String, String> settings;
    private final Consumer<Map<String, String>> features;
    private final long bootMs;
    private final Rates in;
    private final Rates out;
    private final Rates empty;

    /** @param features adds figures of its own */
    public RuntimeInfo(
            MessageStore store,
            BrokerCounters counters,
            InstantSource clock,
            IntSupplier parkedPolls,
            Map<String, String> settings,
            Consumer<Map<String, String>> features) {
        this.store = store;
        this.counters = counters;
        this.clock = clock;
        this.parkedPolls = parkedPolls;
        this.settings = new TreeMap<>(settings);
        this.features = features;
        this.bootMs = clock.millis();
        this.in = new Rates(counters::messagesIn);
        this.out = new Rates(counters::messagesOut);
        this.empty = new Rates(counters::emptyPulls);
    }

    /** Takes a sample of the counters; called each second. */
    public void sample(long nowNanos) {
        in.sample(nowNanos);
        out.sample(nowNanos);
        empty.sample(nowNanos);
    }

    public Reply runtime(GetBrokerRuntimeInfo request, Caller caller) {
        StoreStatistics statistics = store.statistics();
        Map<String, String> table = new TreeMap<>();
        table.put("bootTimestamp", Long.toString(bootMs));
        table.put("runtime", "[ " + (clock.millis() - bootMs) / 1000 + " seconds ]");
        table.put("brokerActive", "true");
        table.put("brokerVersion", Integer.toString(ProtocolVersion.OURS));
        table.put("brokerVersionDesc", "V5_3_3");
        table.put("putTps", in.text());
        table.put("getFoundTps", out.text());
        table.put("getTransferredTps", out.text());
        table.put("getTransferedTps", out.text());
        table.put("getMissTps", empty.text());
        table.put("getTotalTps", out.text());
        table.put("putMessageTimesTotal", Long.toString(counters.messagesIn()));
        table.put("putMessageSizeTotal", Long.toString(counters.bytesIn()));
        table.put("putMessageAverageSize", average(counters.bytesIn(), counters.messagesIn()));
        table.put("msgPutTotalTodayNow", Long.toString(counters.messagesIn()));
        table.put("msgGetTotalTodayNow", Long.toString(counters.messagesOut()));
        table.put("msgPutTotalTodayMorning", "0");
        table.put("msgGetTotalTodayMorning", "0");
        table.put("msgPutTotalYesterdayMorning", "0");
        table.put("msgGetTotalYesterdayMorning", "0");
        table.put("commitLogDiskRatio", String.format(Locale.ROOT, "%.4f", statistics.diskUsedRatio()));
        table.put("consumeQueueDiskRatio", String.format(Locale.ROOT, "%.4f", statistics.diskUsedRatio()));
        table.put("commitLogMinOffset", Long.toString(store.minPosition()));
        table.put("commitLogMaxOffset", Long.toString(store.maxPosition()));
        table.put("dispatchBehindBytes", Long.toString(statistics.dispatchBehindBytes()));
        table.put("earliestMessageTimeStamp", Long.toString(statistics.earliestStoreTimeMs()));
        table.put("remainHowManyDataToFlush", (store.maxPosition() - store.durablePosition()) + " B");
        table.put("commitLogDirCapacity", "Free : " + statistics.freeDiskBytes() / (1 << 20) + " MiB.");
        table.put("sendThreadPoolQueueSize", Integer.toString(statistics.waitingAppends()));
        counters.closed()
                .snapshot()
                .forEach((reason, count) -> table.put("connectionsClosed." + reason, Long.toString(count)));
        table.put("pullThreadPoolQueueSize", Integer.toString(parkedPolls.getAsInt()));
        features.accept(table);
        return Reply.json(new KeyValueTable(table));
    }

    private static String average(long sum, long count) {
        return String.format(Locale.ROOT, "%.1f", count == 0 ? 0.0 : (double) sum / count);
    }

    public Reply settings(GetBrokerConfig request, Caller caller) {
        StringBuilder text = new StringBuilder();
        settings.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return Reply.success(
                        new ReplyHeader.VersionReply("{\"counter\":0,\"stateVersion\":0,\"timestamp\":" + bootMs + "}"))
                .withBody(ReplyBody.of(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** This broker's log has no copies yet. */
    public Reply replication(GetReplicationStatus request, Caller caller) {
        return Reply.json(new ReplicationStatus(List.of(), 0, true, store.maxPosition()));
    }

    /** Queue files go when the log's segments go: there is nothing left to do. */
    public Reply cleanQueues(CleanExpiredQueues request, Caller caller) {
        return Reply.success();
    }

    /** Retention runs all the time, at every hour: there is nothing left to do. */
    public Reply cleanLog(DeleteExpiredLog request, Caller caller) {
        return Reply.success();
    }

    /** No setting of this broker can be changed while it runs. */
    public Reply changeSettings(UpdateBrokerConfig request, Caller caller) {
        return Reply.failure(
                ResponseCode.NO_PERMISSION,
                "this broker's settings can't be changed while it runs; change its file and start it again");
    }
}
