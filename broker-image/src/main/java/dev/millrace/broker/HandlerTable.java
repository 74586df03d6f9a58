package dev.millrace.broker;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.GroupHandlers;
import dev.millrace.broker.consumergroup.MemberHandlers;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.OffsetHandlers;
import dev.millrace.broker.consumergroup.OffsetResets;
import dev.millrace.broker.consumergroup.ProgressHandlers;
import dev.millrace.broker.consumergroup.QueueLockTable;
import dev.millrace.broker.consumergroup.ResetHandlers;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.metrics.RuntimeInfo;
import dev.millrace.broker.metrics.StatisticsBook;
import dev.millrace.broker.pop.Pops;
import dev.millrace.broker.pull.PullHandler;
import dev.millrace.broker.query.QueryHandlers;
import dev.millrace.broker.redelivery.RedeliveryHandler;
import dev.millrace.broker.relay.RelayHandlers;
import dev.millrace.broker.send.InternalSends;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicHandlers;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.RelayedRequest;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.store.MessageStore;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Which handler serves which request, for all but sends and pulls. */
final class HandlerTable {
    private HandlerTable() {}

    /**
     * What handlers need.
     *
     * @param brokerAddress {@code host:port}
     * @param onTopicChange tells the NameServers; may block
     */
    record Parts(
            TopicTable topics,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            Members members,
            QueueLockTable locks,
            Deliveries deliveries,
            StatisticsBook statistics,
            MessageStore store,
            String brokerName,
            String brokerAddress,
            InstantSource clock,
            Runnable onTopicChange) {

        private void forgetTopic(String topic) {
            offsets.removeTopic(topic);
            resets.removeTopic(topic);
            deliveries.removeTopic(topic);
            offsets.settle();
        }

        private void forgetGroup(String consumerGroup) {
            offsets.removeConsumerGroup(consumerGroup);
            resets.removeConsumerGroup(consumerGroup);
            deliveries.removeConsumerGroup(consumerGroup);
            offsets.settle();
        }
    }

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

    /** The pulls and pops of this broker are told what happened to topics and groups. */
    static void registerAdmin(Dispatcher.Builder table, Parts parts, PullHandler pulls, Pops pops) {
        Consumer<String> onDelete = pops::topicDeleted;
        BiConsumer<String, String> onMove = pops::groupMoved;
        registerOffsets(table, parts);
        registerTopics(table, parts, onDelete.andThen(pulls::topicDeleted));
        registerGroups(table, parts);
        registerProgress(table, parts, onMove.andThen(pulls::groupMoved));
        RelayHandlers relay = new RelayHandlers(parts.members, parts.store, parts.brokerName);
        table.blockingLater(
                        RequestCode.GET_CONSUMER_RUNNING_INFO, RelayedRequest.GetRunningInfo.class, relay::runningInfo)
                .blockingLater(
                        RequestCode.CONSUME_MESSAGE_DIRECTLY,
                        RelayedRequest.ConsumeDirectly.class,
                        relay::consumeDirectly)
                .blockingLater(
                        RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS,
                        GroupRequest.GetConsumerStatus.class,
                        relay::status);
    }

    static void registerRedelivery(Dispatcher.Builder table, Parts parts, InternalSends sends) {
        RedeliveryHandler redelivery = new RedeliveryHandler(new RedeliveryHandler.Parts(
                parts.store,
                sends,
                parts.topics,
                parts.groups,
                parts.offsets,
                parts.members::nowNanos,
                parts.onTopicChange));
        table.blocking(RequestCode.REDELIVER, OwnRequest.Redeliver.class, redelivery::redeliver);
    }

    private static void registerTopics(Dispatcher.Builder table, Parts parts, Consumer<String> onDelete) {
        TopicHandlers topics = new TopicHandlers(
                parts.topics,
                parts.store,
                parts.brokerName,
                parts.onTopicChange,
                onDelete.andThen(parts::forgetTopic),
                parts.statistics::putsPerSecond);
        table.blocking(RequestCode.UPDATE_AND_CREATE_TOPIC, TopicRequest.UpdateTopic.class, topics::update)
                .blocking(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, TopicRequest.UpdateTopics.class, topics::updateAll)
                .blocking(RequestCode.DELETE_TOPIC_IN_BROKER, TopicRequest.DeleteTopic.class, topics::delete)
                .blocking(RequestCode.GET_ALL_TOPIC_CONFIG, TopicRequest.GetAllTopicConfig.class, topics::all)
                .blocking(RequestCode.GET_TOPIC_CONFIG, TopicRequest.GetTopicConfig.class, topics::get)
                .blocking(RequestCode.GET_TOPIC_STATS_INFO, TopicRequest.GetTopicStats.class, topics::stats)
                .blocking(RequestCode.CLEAN_UNUSED_TOPIC, TopicRequest.CleanUnusedTopics.class, topics::cleanUnused)
                .blocking(
                        RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER,
                        TopicRequest.GetSystemTopicsOfBroker.class,
                        topics::systemTopics);
    }

    private static void registerGroups(Dispatcher.Builder table, Parts parts) {
        GroupHandlers groups = new GroupHandlers(
                parts.groups,
                parts.topics,
                parts.members,
                parts::forgetGroup,
                parts.brokerName,
                parts.clock,
                parts.onTopicChange);
        table.blocking(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, GroupRequest.UpdateGroup.class, groups::update)
                .blocking(
                        RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
                        GroupRequest.UpdateGroups.class,
                        groups::updateAll)
                .blocking(RequestCode.DELETE_SUBSCRIPTIONGROUP, GroupRequest.DeleteGroup.class, groups::delete)
                .blocking(RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN, GroupRequest.ForbidTopic.class, groups::forbid)
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
                .blocking(RequestCode.GET_ALL_PRODUCER_INFO, GroupRequest.GetAllProducers.class, groups::allProducers);
    }

    private static void registerProgress(Dispatcher.Builder table, Parts parts, BiConsumer<String, String> onMove) {
        ProgressHandlers progress = new ProgressHandlers(new ProgressHandlers.Parts(
                parts.topics,
                parts.groups,
                parts.members,
                parts.offsets,
                parts.deliveries,
                parts.store,
                parts.brokerName,
                parts.brokerAddress,
                parts.clock));
        ResetHandlers resets = new ResetHandlers(new ResetHandlers.Parts(
                parts.topics,
                parts.groups,
                parts.members,
                parts.offsets,
                parts.resets,
                parts.store,
                parts.brokerName,
                onMove));
        table.blocking(RequestCode.GET_CONSUME_STATS, GroupRequest.GetConsumeStats.class, progress::progress)
                .blocking(
                        RequestCode.GET_BROKER_CONSUME_STATS,
                        GroupRequest.GetBrokerConsumeStats.class,
                        progress::brokerProgress)
                .blocking(RequestCode.QUERY_CONSUME_TIME_SPAN, GroupRequest.QueryTimeSpan.class, progress::timeSpan)
                .blocking(
                        RequestCode.QUERY_TOPIC_CONSUME_BY_WHO,
                        TopicRequest.QueryTopicConsumers.class,
                        progress::topicConsumers)
                .blocking(
                        RequestCode.QUERY_TOPICS_BY_CONSUMER,
                        GroupRequest.QueryTopicsByConsumer.class,
                        progress::topicsByConsumer)
                .blocking(
                        RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER,
                        GroupRequest.QuerySubscription.class,
                        progress::subscription)
                .blocking(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, GroupRequest.ResetOffset.class, resets::reset)
                .blocking(RequestCode.CLONE_GROUP_OFFSET, GroupRequest.CloneOffsets.class, resets::clone)
                .blocking(
                        RequestCode.VIEW_BROKER_STATS_DATA,
                        SettingsRequest.ViewStatistics.class,
                        parts.statistics::view);
    }

    private static void registerOffsets(Dispatcher.Builder table, Parts parts) {
        OffsetHandlers offsets =
                new OffsetHandlers(parts.offsets, parts.resets, parts.members, parts.groups, parts.topics, parts.store);
        QueryHandlers queries = new QueryHandlers(parts.store, parts.members, parts.clock);
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
                .blocking(RequestCode.QUERY_MESSAGE, QueueRequest.QueryMessage.class, queries::query)
                .blocking(RequestCode.QUERY_CONSUME_QUEUE, QueueRequest.QueryEntries.class, queries::entries);
    }

    static void registerInfo(Dispatcher.Builder table, RuntimeInfo info) {
        table.blocking(RequestCode.GET_BROKER_RUNTIME_INFO, SettingsRequest.GetBrokerRuntimeInfo.class, info::runtime)
                .blocking(RequestCode.GET_BROKER_CONFIG, SettingsRequest.GetBrokerConfig.class, info::settings)
                .blocking(
                        RequestCode.UPDATE_BROKER_CONFIG,
                        SettingsRequest.UpdateBrokerConfig.class,
                        info::changeSettings)
                .blocking(
                        RequestCode.GET_BROKER_HA_STATUS, SettingsRequest.GetReplicationStatus.class, info::replication)
                .blocking(
                        RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE,
                        SettingsRequest.CleanExpiredQueues.class,
                        info::cleanQueues)
                .blocking(RequestCode.DELETE_EXPIRED_COMMITLOG, SettingsRequest.DeleteExpiredLog.class, info::cleanLog);
    }
}
