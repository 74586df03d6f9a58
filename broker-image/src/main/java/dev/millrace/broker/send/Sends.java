package dev.millrace.broker.send;

import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.QueueLockTable;
import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.MemberRequest.SendBack;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.MessageStore;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** Puts the handlers of this package into the dispatch table. */
public final class Sends {
    /** Feature bit of {@link ReplyHeader.NegotiateReply}: multi-queue send. */
    private static final int FEATURE_MULTI_SEND = 1;

    private Sends() {}

    /**
     * What sending needs.
     *
     * @param admin runs what may block
     * @param onTopicChange tells the NameServers
     * @param takesHalves whether there is room for one more half message
     */
    public record Parts(
            MessageStore store,
            TopicTable topics,
            GroupTable groups,
            QueueLockTable locks,
            BrokerCounters counters,
            Deliveries deliveries,
            Executor admin,
            Runnable onTopicChange,
            BooleanSupplier takesHalves,
            DeliveryTimes times,
            Members members,
            InstantSource clock,
            Settings settings) {}

    /** @param storeHost host field of the record layout */
    public record Settings(
            byte[] storeHost,
            String cluster,
            String brokerName,
            UniqueId uniqueIds,
            int bodyBytesMax,
            boolean isTopicAutoCreated) {}

    public static void register(Dispatcher.Builder table, Parts parts, InternalSends internal, Deduplication windows) {
        Settings settings = parts.settings;
        Targets targets = new Targets(parts.topics, windows);
        TopicCreation creation = new TopicCreation(parts.topics, settings.isTopicAutoCreated, parts.onTopicChange);
        LoopStates loops = new LoopStates(settings.storeHost, settings.cluster, settings.uniqueIds);
        SendParts shared = new SendParts(
                parts.store,
                targets,
                creation,
                loops,
                parts.counters,
                parts.deliveries,
                parts.admin,
                parts.times,
                settings.brokerName,
                settings.bodyBytesMax,
                parts.takesHalves);
        SendHandler send =
                new SendHandler(shared, new RetrySends(parts.groups, parts.locks, creation), new BatchSends(shared));
        table.onLoop(RequestCode.SEND_MESSAGE, SendMessage.class, send);
        table.onLoop(RequestCode.SEND_MESSAGE_V2, SendMessage.class, send);
        table.onLoop(RequestCode.SEND_BATCH_MESSAGE, SendMessage.class, send);
        ReplyHandler reply = new ReplyHandler(shared, internal, parts.members, parts.clock);
        table.onLoop(RequestCode.SEND_REPLY_MESSAGE, SendMessage.class, reply);
        table.onLoop(RequestCode.SEND_REPLY_MESSAGE_V2, SendMessage.class, reply);
        SendBackHandler back = new SendBackHandler(shared, parts.groups, internal, parts.clock);
        table.blockingLater(RequestCode.CONSUMER_SEND_MSG_BACK, SendBack.class, back);
        table.onLoop(RequestCode.MULTI_SEND, OwnRequest.MultiSend.class, new MultiSendHandler(shared));
        table.quick(
                RequestCode.NEGOTIATE,
                OwnRequest.Negotiate.class,
                (request, caller) ->
                        Reply.success(new ReplyHeader.NegotiateReply(FEATURE_MULTI_SEND, settings.cluster)));
    }
}
