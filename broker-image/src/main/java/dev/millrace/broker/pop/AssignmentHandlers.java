package dev.millrace.broker.pop;

import dev.millrace.broker.consumergroup.ConsumerGroup;
import dev.millrace.broker.consumergroup.Member;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.AssignmentQuery;
import dev.millrace.protocol.body.Assignments;
import dev.millrace.protocol.body.RequestMode;
import dev.millrace.protocol.command.PopRequest.GetAllRequestModes;
import dev.millrace.protocol.command.PopRequest.QueryAssignment;
import dev.millrace.protocol.command.PopRequest.SetRequestMode;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.transport.Reply;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Says which queues a client consumes, and whether it pulls or takes messages.
 *
 * <p>Thread-safe: no state of its own. Asks NameServers and writes a file, so it runs on the admin executor.
 */
final class AssignmentHandlers {
    private final RequestModeTable modes;
    private final Routes routes;
    private final Members members;
    private final TopicTable topics;
    private final GroupTable groups;

    AssignmentHandlers(RequestModeTable modes, Routes routes, Members members, TopicTable topics, GroupTable groups) {
        this.modes = modes;
        this.routes = routes;
        this.members = members;
        this.topics = topics;
        this.groups = groups;
    }

    Reply query(QueryAssignment request, Caller caller) {
        AssignmentQuery query = request.query();
        RequestMode mode = modes.find(query.topic(), query.consumerGroup())
                .orElseGet(() -> new RequestMode(query.consumerGroup(), RequestMode.Kind.PULL, 0, query.topic()));
        Optional<List<MessageQueue>> queues = routes.queues(query.topic()).flatMap(all -> share(query, mode, all));
        return Reply.json(new Assignments(queues.map(share -> share.stream()
                        .map(queue -> new Assignments.Assignment(Map.of(), queue, mode.kind()))
                        .toList())
                .orElse(null)));
    }

    /** The queues of a client; empty if it is to go on as before. */
    private Optional<List<MessageQueue>> share(AssignmentQuery query, RequestMode mode, List<MessageQueue> queues) {
        String model = query.messageModel();
        if (model != null && model.toUpperCase(Locale.ROOT).equals("BROADCASTING")) {
            return Optional.of(queues);
        }
        List<String> clientIds = clientIds(query.consumerGroup());
        String strategy = query.strategyName();
        Optional<QueueShares> shares = strategy == null ? Optional.empty() : QueueShares.ofName(strategy);
        if (clientIds.isEmpty() || shares.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                mode.kind() == RequestMode.Kind.POP
                        ? shares.get().popShare(query.clientId(), queues, clientIds, mode.popShareQueueNum())
                        : shares.get().share(query.clientId(), queues, clientIds));
    }

    private List<String> clientIds(String consumerGroup) {
        ConsumerGroup group = members.consumerGroup(consumerGroup);
        return group == null
                ? List.of()
                : group.members().stream()
                        .map(Member::clientId)
                        .distinct()
                        .sorted()
                        .toList();
    }

    Reply set(SetRequestMode request, Caller caller) {
        RequestMode mode = request.mode();
        if (TopicNames.isRetry(mode.topic())) {
            return Reply.failure(
                    ResponseCode.NO_PERMISSION,
                    "retry topic is not allowed to set mode: " + mode.topic() + "; set that of the topic itself");
        }
        if (topics.get(mode.topic()) == null) {
            return Reply.failure(
                    ResponseCode.TOPIC_NOT_EXIST, "topic[" + mode.topic() + "] not exist; create it first");
        }
        if (groups.findOrCreate(mode.consumerGroup()).isEmpty()) {
            return Reply.failure(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                    "subscription group does not exist: " + mode.consumerGroup() + "; create it first");
        }
        modes.put(mode);
        return Reply.success();
    }

    Reply all(GetAllRequestModes request, Caller caller) {
        return Reply.json(modes.snapshot());
    }
}
