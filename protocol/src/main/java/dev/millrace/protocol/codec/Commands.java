package dev.millrace.protocol.codec;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PopRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.RelayedRequest;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.ReplyMessage;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.command.TransactionRequest;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which code each request travels under, and how requests and replies become header fields: the one table to extend for
 * a new command. Sends and pulls have hand-written codecs, all others map by name.
 *
 * <p>Thread-safe: immutable.
 */
public final class Commands {
    private static final Map<RequestCode, Class<? extends Record>> TYPES = new EnumMap<>(RequestCode.class);
    private static final Map<Class<?>, RequestCode> CODES = new HashMap<>();

    static {
        put(RequestCode.NEGOTIATE, OwnRequest.Negotiate.class);
        put(RequestCode.MULTI_SEND, OwnRequest.MultiSend.class);
        putQueueRequests();
        putMemberRequests();
        putAdminRequests();
        putNamesrvRequests();
        putGroupRequests();
        putClientRequests();
        putPopRequests();
        put(RequestCode.END_TRANSACTION, TransactionRequest.EndTransaction.class);
        put(RequestCode.REDELIVER, OwnRequest.Redeliver.class);
    }

    private Commands() {}

    private static void putQueueRequests() {
        put(RequestCode.QUERY_MESSAGE, QueueRequest.QueryMessage.class);
        put(RequestCode.QUERY_CONSUMER_OFFSET, QueueRequest.QueryConsumerOffset.class);
        put(RequestCode.UPDATE_CONSUMER_OFFSET, QueueRequest.UpdateConsumerOffset.class);
        put(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, QueueRequest.SearchOffset.class);
        put(RequestCode.GET_MAX_OFFSET, QueueRequest.GetMaxOffset.class);
        put(RequestCode.GET_MIN_OFFSET, QueueRequest.GetMinOffset.class);
        put(RequestCode.GET_EARLIEST_MSG_STORETIME, QueueRequest.GetEarliestStoreTime.class);
        put(RequestCode.VIEW_MESSAGE_BY_ID, QueueRequest.ViewMessage.class);
        put(RequestCode.QUERY_CONSUME_QUEUE, QueueRequest.QueryEntries.class);
    }

    private static void putMemberRequests() {
        put(RequestCode.HEART_BEAT, MemberRequest.Heartbeat.class);
        put(RequestCode.UNREGISTER_CLIENT, MemberRequest.UnregisterClient.class);
        put(RequestCode.CONSUMER_SEND_MSG_BACK, MemberRequest.SendBack.class);
        put(RequestCode.RECALL_MESSAGE, MemberRequest.RecallMessage.class);
        put(RequestCode.GET_CONSUMER_LIST_BY_GROUP, MemberRequest.GetConsumerList.class);
        put(RequestCode.LOCK_BATCH_MQ, MemberRequest.LockQueues.class);
        put(RequestCode.UNLOCK_BATCH_MQ, MemberRequest.UnlockQueues.class);
        put(RequestCode.CHECK_CLIENT_CONFIG, MemberRequest.CheckClientConfig.class);
    }

    private static void putAdminRequests() {
        put(RequestCode.UPDATE_AND_CREATE_TOPIC, TopicRequest.UpdateTopic.class);
        put(RequestCode.GET_ALL_TOPIC_CONFIG, TopicRequest.GetAllTopicConfig.class);
        put(RequestCode.GET_TOPIC_CONFIG, TopicRequest.GetTopicConfig.class);
        put(RequestCode.DELETE_TOPIC_IN_BROKER, TopicRequest.DeleteTopic.class);
        put(RequestCode.GET_TOPIC_STATS_INFO, TopicRequest.GetTopicStats.class);
        put(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, TopicRequest.QueryTopicConsumers.class);
        put(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER, TopicRequest.GetSystemTopicsOfBroker.class);
        put(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, GroupRequest.GetAllGroupConfig.class);
        put(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, GroupRequest.GetGroupConfig.class);
        put(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, GroupRequest.UpdateGroup.class);
        put(RequestCode.DELETE_SUBSCRIPTIONGROUP, GroupRequest.DeleteGroup.class);
        put(RequestCode.GET_CONSUMER_CONNECTION_LIST, GroupRequest.GetConsumerConnections.class);
        put(RequestCode.GET_PRODUCER_CONNECTION_LIST, GroupRequest.GetProducerConnections.class);
        put(RequestCode.GET_CONSUME_STATS, GroupRequest.GetConsumeStats.class);
        put(RequestCode.QUERY_TOPICS_BY_CONSUMER, GroupRequest.QueryTopicsByConsumer.class);
        put(RequestCode.GET_ALL_CONSUMER_OFFSET, GroupRequest.GetAllConsumerOffset.class);
        put(RequestCode.GET_BROKER_RUNTIME_INFO, SettingsRequest.GetBrokerRuntimeInfo.class);
        put(RequestCode.GET_BROKER_CONFIG, SettingsRequest.GetBrokerConfig.class);
        put(RequestCode.UPDATE_BROKER_CONFIG, SettingsRequest.UpdateBrokerConfig.class);
    }

    private static void putGroupRequests() {
        put(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, GroupRequest.UpdateGroups.class);
        put(RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN, GroupRequest.ForbidTopic.class);
        put(RequestCode.GET_ALL_PRODUCER_INFO, GroupRequest.GetAllProducers.class);
        put(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, GroupRequest.ResetOffset.class);
        put(RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, GroupRequest.GetConsumerStatus.class);
        put(RequestCode.CLONE_GROUP_OFFSET, GroupRequest.CloneOffsets.class);
        put(RequestCode.QUERY_CONSUME_TIME_SPAN, GroupRequest.QueryTimeSpan.class);
        put(RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, GroupRequest.QuerySubscription.class);
        put(RequestCode.GET_BROKER_CONSUME_STATS, GroupRequest.GetBrokerConsumeStats.class);
        put(RequestCode.GET_CONSUMER_RUNNING_INFO, RelayedRequest.GetRunningInfo.class);
        put(RequestCode.CONSUME_MESSAGE_DIRECTLY, RelayedRequest.ConsumeDirectly.class);
        put(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, TopicRequest.UpdateTopics.class);
        put(RequestCode.CLEAN_UNUSED_TOPIC, TopicRequest.CleanUnusedTopics.class);
        put(RequestCode.VIEW_BROKER_STATS_DATA, SettingsRequest.ViewStatistics.class);
        put(RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE, SettingsRequest.CleanExpiredQueues.class);
        put(RequestCode.DELETE_EXPIRED_COMMITLOG, SettingsRequest.DeleteExpiredLog.class);
        put(RequestCode.GET_BROKER_HA_STATUS, SettingsRequest.GetReplicationStatus.class);
    }

    private static void putClientRequests() {
        put(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, ClientRequest.ConsumersChanged.class);
        put(RequestCode.CHECK_TRANSACTION_STATE, ClientRequest.CheckTransaction.class);
        put(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, ClientRequest.PushReply.class);
        put(RequestCode.RESET_CONSUMER_CLIENT_OFFSET, ClientRequest.ResetOffsets.class);
        put(RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, ClientRequest.GetStatus.class);
    }

    private static void putNamesrvRequests() {
        put(RequestCode.REGISTER_BROKER, NamesrvRequest.RegisterBroker.class);
        put(RequestCode.UNREGISTER_BROKER, NamesrvRequest.UnregisterBroker.class);
        put(RequestCode.QUERY_DATA_VERSION, NamesrvRequest.QueryDataVersion.class);
        put(RequestCode.BROKER_HEARTBEAT, NamesrvRequest.BrokerHeartbeat.class);
        put(RequestCode.GET_ROUTEINFO_BY_TOPIC, NamesrvRequest.GetRoute.class);
        put(RequestCode.GET_BROKER_CLUSTER_INFO, NamesrvRequest.GetClusterInfo.class);
        put(RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER, NamesrvRequest.GetAllTopics.class);
        put(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS, NamesrvRequest.GetSystemTopics.class);
        put(RequestCode.GET_TOPICS_BY_CLUSTER, NamesrvRequest.GetTopicsByCluster.class);
        put(RequestCode.GET_UNIT_TOPIC_LIST, NamesrvRequest.GetUnitTopics.class);
        put(RequestCode.GET_HAS_UNIT_SUB_TOPIC_LIST, NamesrvRequest.GetUnitSubscriptionTopics.class);
        put(RequestCode.GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST, NamesrvRequest.GetUnitSubscriptionNonUnitTopics.class);
        put(RequestCode.PUT_KV_CONFIG, NamesrvRequest.PutKeyValue.class);
        put(RequestCode.GET_KV_CONFIG, NamesrvRequest.GetKeyValue.class);
        put(RequestCode.DELETE_KV_CONFIG, NamesrvRequest.DeleteKeyValue.class);
        put(RequestCode.GET_KVLIST_BY_NAMESPACE, NamesrvRequest.GetKeyValues.class);
        put(RequestCode.WIPE_WRITE_PERM_OF_BROKER, NamesrvRequest.WipeWritePermission.class);
        put(RequestCode.ADD_WRITE_PERM_OF_BROKER, NamesrvRequest.AddWritePermission.class);
        put(RequestCode.DELETE_TOPIC_IN_NAMESRV, NamesrvRequest.DeleteTopicRoute.class);
        put(RequestCode.GET_NAMESRV_CONFIG, NamesrvRequest.GetNamesrvConfig.class);
        put(RequestCode.UPDATE_NAMESRV_CONFIG, NamesrvRequest.UpdateNamesrvConfig.class);
    }

    private static void putPopRequests() {
        put(RequestCode.POP_MESSAGE, PopRequest.Pop.class);
        put(RequestCode.ACK_MESSAGE, PopRequest.Ack.class);
        put(RequestCode.BATCH_ACK_MESSAGE, PopRequest.BatchAck.class);
        put(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, PopRequest.ChangeInvisibleTime.class);
        put(RequestCode.PEEK_MESSAGE, PopRequest.Peek.class);
        put(RequestCode.NOTIFICATION, PopRequest.Notification.class);
        put(RequestCode.POLLING_INFO, PopRequest.PollingInfo.class);
        put(RequestCode.QUERY_ASSIGNMENT, PopRequest.QueryAssignment.class);
        put(RequestCode.SET_MESSAGE_REQUEST_MODE, PopRequest.SetRequestMode.class);
        put(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE, PopRequest.GetAllRequestModes.class);
    }

    private static <T extends Record & Request> void put(RequestCode code, Class<T> type) {
        TYPES.put(code, type);
        CODES.put(type, code);
    }

    /** Whether there is a record for this code. */
    public static boolean isKnown(RequestCode code) {
        return switch (code) {
            case SEND_MESSAGE,
                    SEND_MESSAGE_V2,
                    SEND_BATCH_MESSAGE,
                    SEND_REPLY_MESSAGE,
                    SEND_REPLY_MESSAGE_V2,
                    PULL_MESSAGE,
                    LITE_PULL_MESSAGE -> true;
            default -> TYPES.containsKey(code);
        };
    }

    /**
     * The request in a frame, or null if this code has no record here.
     *
     * @throws dev.millrace.protocol.BadFieldException if a field is missing or has no sense
     */
    public static @Nullable Request decode(RequestCode code, HeaderFields fields, ByteBuffer body) {
        switch (code) {
            case SEND_MESSAGE, SEND_MESSAGE_V2, SEND_BATCH_MESSAGE, SEND_REPLY_MESSAGE, SEND_REPLY_MESSAGE_V2:
                return SendCodec.decode(code, fields, body);
            case PULL_MESSAGE, LITE_PULL_MESSAGE:
                return PullCodec.decode(fields);
            default:
                Class<? extends Record> type = TYPES.get(code);
                return type == null ? null : (Request) HeaderRecords.decode(type, fields, body);
        }
    }

    /** The code that a request travels under. */
    public static RequestCode codeOf(Request request) {
        if (request instanceof SendMessage) {
            return ((SendMessage) request).isBatch() ? RequestCode.SEND_BATCH_MESSAGE : RequestCode.SEND_MESSAGE_V2;
        }
        if (request instanceof ReplyMessage) {
            return RequestCode.SEND_REPLY_MESSAGE_V2;
        }
        if (request instanceof PullMessage) {
            return (((PullMessage) request).pullFlag() & PullMessage.FLAG_LITE) != 0
                    ? RequestCode.LITE_PULL_MESSAGE
                    : RequestCode.PULL_MESSAGE;
        }
        RequestCode code = CODES.get(request.getClass());
        if (code == null) {
            throw new AssertionError("no code for " + request.getClass());
        }
        return code;
    }

    /** Writes the request's header fields. */
    public static void encodeFields(Request request, HeaderWriter into) {
        if (request instanceof SendMessage) {
            SendCodec.encode((SendMessage) request, into);
        } else if (request instanceof ReplyMessage) {
            SendCodec.encode(((ReplyMessage) request).send(), into);
        } else if (request instanceof PullMessage) {
            PullCodec.encode((PullMessage) request, into);
        } else {
            HeaderRecords.encode((Record) request, into);
        }
    }

    /** The request's body, from its position to its limit; not to be changed. */
    public static ByteBuffer bodyOf(Request request) {
        if (request instanceof SendMessage) {
            return ((SendMessage) request).body();
        }
        if (request instanceof ReplyMessage) {
            return ((ReplyMessage) request).send().body();
        }
        if (request instanceof OwnRequest.MultiSend) {
            return ((OwnRequest.MultiSend) request).body();
        }
        return request instanceof PullMessage ? ByteBuffer.allocate(0) : HeaderRecords.bodyOf((Record) request);
    }

    /** Writes a reply's header fields; the replies of sends and pulls without reflection. */
    public static void encodeFields(ReplyHeader reply, HeaderWriter into) {
        if (reply instanceof ReplyHeader.SendReply) {
            ReplyHeader.SendReply send = (ReplyHeader.SendReply) reply;
            into.field("msgId", send.msgId())
                    .field("queueId", send.queueId())
                    .field("queueOffset", send.queueOffset())
                    .field("transactionId", send.transactionId())
                    .field("recallHandle", send.recallHandle())
                    .field("MSG_REGION", "DefaultRegion")
                    .field("TRACE_ON", "true");
        } else if (reply instanceof ReplyHeader.PullReply) {
            ReplyHeader.PullReply pull = (ReplyHeader.PullReply) reply;
            into.field("suggestWhichBrokerId", pull.suggestWhichBrokerId())
                    .field("nextBeginOffset", pull.nextBeginOffset())
                    .field("minOffset", pull.minOffset())
                    .field("maxOffset", pull.maxOffset());
        } else {
            HeaderRecords.encode((Record) reply, into);
        }
    }
}
