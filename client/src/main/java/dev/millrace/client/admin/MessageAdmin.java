package dev.millrace.client.admin;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.internal.message.Records;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.TopicView;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.route.BrokerData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Single messages. Thread-safe. */
final class MessageAdmin {
    private static final int UNIQUE_COUNT_MAX = 32;

    private final Requests requests;
    private final RouteCache routes;

    MessageAdmin(Requests requests, RouteCache routes) {
        this.requests = requests;
        this.routes = routes;
    }

    Optional<ReceivedMessage> byOffsetId(String topic, String offsetId) {
        OffsetMessageId id;
        try {
            id = OffsetMessageId.parse(offsetId);
        } catch (IllegalArgumentException e) {
            throw new ClientException(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e);
        }
        String address = id.storeHost().getAddress().getHostAddress() + ":"
                + id.storeHost().getPort();
        String broker = brokers(topic).stream()
                .filter(data -> data.brokerAddrs().containsValue(address))
                .map(BrokerData::brokerName)
                .findFirst()
                .orElse(address);
        try {
            return Faults.await(requests.ask(
                            address,
                            new QueueRequest.ViewMessage(topic, id.position()),
                            (fields, body) -> Records.decode(body, broker)))
                    .stream()
                    .findFirst();
        } catch (ClientException e) {
            // "there is none" and "it failed" have the same code here
            if (e.code() == ErrorCode.SERVER_ERROR || e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    List<ReceivedMessage> byUniqueId(String topic, String uniqueId) {
        return query(new QueueRequest.QueryMessage(topic, uniqueId, UNIQUE_COUNT_MAX, 0, Long.MAX_VALUE, true), topic)
                .stream()
                .filter(message -> message.messageId().equals(uniqueId))
                .toList();
    }

    List<ReceivedMessage> byKey(String topic, String key, int countMax, Instant from, Instant to) {
        return query(
                        new QueueRequest.QueryMessage(
                                topic, key, countMax, from.toEpochMilli(), to.toEpochMilli(), false),
                        topic)
                .stream()
                .filter(message -> message.keys().contains(key))
                .limit(countMax)
                .toList();
    }

    private List<ReceivedMessage> query(QueueRequest.QueryMessage request, String topic) {
        List<CompletableFuture<List<ReceivedMessage>>> answers = new ArrayList<>();
        for (BrokerData broker : brokers(topic)) {
            routes.addressOf(broker.brokerName())
                    .ifPresent(address -> answers.add(requests.ask(
                            address, request, (fields, body) -> Records.decode(body, broker.brokerName()))));
        }
        List<ReceivedMessage> found = new ArrayList<>();
        for (CompletableFuture<List<ReceivedMessage>> answer : answers) {
            try {
                found.addAll(Faults.await(answer));
            } catch (ClientException e) {
                if (e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
            }
        }
        return found;
    }

    private List<BrokerData> brokers(String topic) {
        TopicView view = Faults.await(routes.view(topic));
        return view.route().brokerDatas();
    }
}
