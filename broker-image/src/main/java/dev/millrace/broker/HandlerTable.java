package dev.millrace.broker;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.GroupHandlers;
import dev.millrace.broker.consumergroup.MemberHandlers;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.OffsetHandlers;
import dev.millrace.broker.consumergroup.QueueLockTable;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.metrics.RuntimeInfo;
import dev.millrace.broker.query.QueryHandlers;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicHandlers;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.store.MessageStore;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Which handler serves which request, for all but sends and pulls. */
final class HandlerTable {
    private HandlerTable() {}

    /** @param onTopicChange tells the NameServers; may block */
    record Parts(
            TopicTable topics,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            Members members,
            QueueLockTable locks,
            Runnable onTopicChange) {}

    static void registerMembers(Dispatcher.Builder table, Parts parts) {
        MemberHandlers members =
                new MemberHandlers(parts.members, parts.locks, parts.groups, parts.topics, parts.onTopicChange);
        table.blocking(RequestCode.HEART_BEAT, MemberRequest.Heartbeat.class, members::heartbeat)
                .quick(RequestCode.UNREGISTER_CLIENT, MemberRequest.UnregisterClient.class, members::unregister)
                .quick(
                        RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                        MemberRequest.GetConsumerList.class,
                        members::consumerList)
                .quick(RequestCode.LOCK_BATCH_MQ, MemberRequest.LockQueues.class, members::lock)
                .quick(RequestCode.UNLOCK_BATCH_MQ, MemberRequest.UnlockQueues.class, members::unlock)
                .quick(
                        RequestCode.CHECK_CLIENT_CONFIG,
                        MemberRequest.CheckClientConfig.class,
                        members::checkClientConfig);
    }

    /** @param onTopicDelete hears of a topic whose queues are gone */
    static void registerAdmin(
            Dispatcher.Builder table,
            Parts parts,
            MessageStore store,
            String brokerName,
            InstantSource clock,
            Consumer<String> onTopicDelete) {
        registerOffsets(table, parts, store, clock);
        TopicHandlers topics = new TopicHandlers(
                parts.topics,
                store,
                brokerName,
                parts.onTopicChange,
                onTopicDelete.andThen(parts.offsets::removeTopic));
        GroupHandlers groups =
                new GroupHandlers(parts.groups, parts.topics, parts.members, parts.offsets, store, brokerName);
        table.blocking(RequestCode.UPDATE_AND_CREATE_TOPIC, TopicRequest.UpdateTopic.class, topics::update)
                .blocking(RequestCode.DELETE_TOPIC_IN_BROKER, TopicRequest.DeleteTopic.class, topics::delete)
                .blocking(RequestCode.GET_ALL_TOPIC_CONFIG, TopicRequest.GetAllTopicConfig.class, topics::all)
                .blocking(RequestCode.GET_TOPIC_CONFIG, TopicRequest.GetTopicConfig.class, topics::get)
                .blocking(RequestCode.GET_TOPIC_STATS_INFO, TopicRequest.GetTopicStats.class, topics::stats)
                .blocking(
                        RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER,
                        TopicRequest.GetSystemTopicsOfBroker.class,
                        topics::systemTopics)
                .blocking(
                        RequestCode.QUERY_TOPIC_CONSUME_BY_WHO,
                        TopicRequest.QueryTopicConsumers.class,
                        groups::topicConsumers);
        registerGroups(table, groups);
    }

    private static void registerGroups(Dispatcher.Builder table, GroupHandlers groups) {
        table.blocking(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, GroupRequest.UpdateGroup.class, groups::update)
                .blocking(RequestCode.DELETE_SUBSCRIPTIONGROUP, GroupRequest.DeleteGroup.class, groups::delete)
                .blocking(
                        RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, GroupRequest.GetAllGroupConfig.class, groups::all)
                .blocking(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, GroupRequest.GetGroupConfig.class, groups::get)
                .blocking(
                        RequestCode.GET_CONSUMER_CONNECTION_LIST,
                        GroupRequest.GetConsumerConnections.class,
                        groups::consumerConnections)
                .blocking(
                        RequestCode.GET_PRODUCER_CONNECTION_LIST,
                        GroupRequest.GetProducerConnections.class,
                        groups::producerConnections)
                .blocking(RequestCode.GET_CONSUME_STATS, GroupRequest.GetConsumeStats.class, groups::progress)
                .blocking(
                        RequestCode.QUERY_TOPICS_BY_CONSUMER,
                        GroupRequest.QueryTopicsByConsumer.class,
                        groups::topicsByConsumer);
    }

    private static void registerOffsets(
            Dispatcher.Builder table, Parts parts, MessageStore store, InstantSource clock) {
        OffsetHandlers offsets = new OffsetHandlers(parts.offsets, parts.groups, parts.topics, store);
        QueryHandlers queries = new QueryHandlers(store, clock);
        table.quick(RequestCode.QUERY_CONSUMER_OFFSET, QueueRequest.QueryConsumerOffset.class, offsets::query)
                .quick(RequestCode.UPDATE_CONSUMER_OFFSET, QueueRequest.UpdateConsumerOffset.class, offsets::update)
                .blocking(RequestCode.GET_ALL_CONSUMER_OFFSET, GroupRequest.GetAllConsumerOffset.class, offsets::all)
                .quick(RequestCode.GET_MAX_OFFSET, QueueRequest.GetMaxOffset.class, queries::maxOffset)
                .quick(RequestCode.GET_MIN_OFFSET, QueueRequest.GetMinOffset.class, queries::minOffset)
                .blocking(
                        RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, QueueRequest.SearchOffset.class, queries::searchOffset)
                .blocking(
                        RequestCode.GET_EARLIEST_MSG_STORETIME,
                        QueueRequest.GetEarliestStoreTime.class,
                        queries::earliestStoreTime)
                .blocking(RequestCode.VIEW_MESSAGE_BY_ID, QueueRequest.ViewMessage.class, queries::view)
                .blocking(RequestCode.QUERY_MESSAGE, QueueRequest.QueryMessage.class, queries::query);
    }

    static void registerInfo(Dispatcher.Builder table, RuntimeInfo info) {
        table.blocking(RequestCode.GET_BROKER_RUNTIME_INFO, SettingsRequest.GetBrokerRuntimeInfo.class, info::runtime)
                .blocking(RequestCode.GET_BROKER_CONFIG, SettingsRequest.GetBrokerConfig.class, info::settings)
                .blocking(
                        RequestCode.UPDATE_BROKER_CONFIG,
                        SettingsRequest.UpdateBrokerConfig.class,
                        info::changeSettings);
    }
}
