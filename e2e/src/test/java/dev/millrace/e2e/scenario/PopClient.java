package dev.millrace.e2e.scenario;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.NotPossible;
import dev.millrace.e2e.servers.Servers;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/**
 * The operations of a 5.x client that scenarios, compiled against 4.9.8, don't see: by name. Owner: the scenario's thread.
 */
final class PopClient {
    private static final String HEADERS = "org.apache.rocketmq.remoting.protocol.header.";
    private static final String CONSUMER = "org.apache.rocketmq.client.consumer.";
    private static final long TIMEOUT_MS = 30_000;
    private static final int CREATE_GROUP = 200;

    private final MQClientAPIImpl api;
    private final String brokerAddress;
    private final String group;
    private final String topic;

    PopClient(Environment env, DefaultMQProducer producer, String group, String topic) {
        if (env.isClientOlderThan5()) {
            throw new NotPossible("this client does not know the requests of POP");
        }
        this.api = producer.getDefaultMQProducerImpl().getmQClientFactory().getMQClientAPIImpl();
        this.brokerAddress = env.servers().brokerAddress();
        this.group = group;
        this.topic = topic;
    }

    /** What a pop asks for; a builder whose values scenarios set. */
    static final class Request {
        int queueId = -1;
        int count = 32;
        long invisibleMs = 60_000;
        long pollMs = 5_000;
        boolean isOrdered;
        String filterType = "TAG";
        String filter = "*";

        Request invisible(long ms) {
            invisibleMs = ms;
            return this;
        }

        Request poll(long ms) {
            pollMs = ms;
            return this;
        }

        Request count(int messages) {
            count = messages;
            return this;
        }

        Request ordered() {
            isOrdered = true;
            return this;
        }

        Request filter(String type, String expression) {
            filterType = type;
            filter = expression;
            return this;
        }
    }

    static Request request() {
        return new Request();
    }

    /** The messages of one pop, and its status. */
    static final class Popped {
        final String status;
        final long popTime;
        final List<MessageExt> messages;

        Popped(String status, long popTime, List<MessageExt> messages) {
            this.status = status;
            this.popTime = popTime;
            this.messages = messages;
        }

        List<String> bodies() {
            return messages.stream().map(Clients::body).toList();
        }
    }

    Popped pop(Request request) throws Exception {
        Object header = ByName.make(HEADERS + "PopMessageRequestHeader");
        ByName.set(header, "ConsumerGroup", group);
        ByName.set(header, "Topic", topic);
        ByName.set(header, "QueueId", request.queueId);
        ByName.set(header, "MaxMsgNums", request.count);
        ByName.set(header, "InvisibleTime", request.invisibleMs);
        ByName.set(header, "PollTime", request.pollMs);
        ByName.set(header, "BornTime", System.currentTimeMillis());
        ByName.set(header, "InitMode", 0);
        ByName.set(header, "ExpType", request.filterType);
        ByName.set(header, "Exp", request.filter);
        ByName.set(header, "Order", request.isOrdered);
        Object result = answer(
                "PopCallback",
                callback -> ByName.call(
                        api, "popMessageAsync", Servers.BROKER_NAME, brokerAddress, header, TIMEOUT_MS, callback));
        List<MessageExt> messages = new ArrayList<>();
        Object found = ByName.call(result, "getMsgFoundList");
        if (found != null) {
            ((List<?>) found).forEach(each -> messages.add((MessageExt) each));
        }
        return new Popped(
                String.valueOf(ByName.call(result, "getPopStatus")),
                (Long) ByName.call(result, "getPopTime"),
                messages);
    }

    /** Pops until there is a message, at most 40 s. */
    Popped popSome(Request request) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        Popped popped = pop(request);
        while (popped.messages.isEmpty() && System.nanoTime() < end) {
            popped = pop(request);
        }
        return popped;
    }

    /** Pops until {@code count} messages came, at most 40 s. */
    List<MessageExt> popAll(Request request, int count) throws Exception {
        List<MessageExt> all = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (all.size() < count && System.nanoTime() < end) {
            all.addAll(pop(request).messages);
        }
        return all;
    }

    static String receipt(MessageExt message) {
        return message.getProperty("POP_CK");
    }

    private String realTopic(String receipt) {
        String kind = receipt.split(" ", -1)[4];
        return kind.equals("0") ? topic : "%RETRY%" + group + (kind.equals("1") ? "_" : "+") + topic;
    }

    /** Status of the answer: {@code OK} or {@code NO_EXIST}. */
    String ack(MessageExt message) throws Exception {
        return ack(message, receipt(message));
    }

    String ack(MessageExt message, String receipt) throws Exception {
        Object header = ByName.make(HEADERS + "AckMessageRequestHeader");
        ByName.set(header, "ConsumerGroup", group);
        ByName.set(header, "Topic", realTopic(receipt));
        ByName.set(header, "QueueId", Integer.parseInt(receipt.split(" ", -1)[6]));
        ByName.set(header, "Offset", message.getQueueOffset());
        ByName.set(header, "ExtraInfo", receipt);
        return status(answer(
                "AckCallback",
                callback -> ByName.call(api, "ackMessageAsync", brokerAddress, TIMEOUT_MS, callback, header)));
    }

    String batchAck(List<MessageExt> messages) throws Exception {
        List<String> receipts = messages.stream().map(PopClient::receipt).toList();
        return status(answer(
                "AckCallback",
                callback -> ByName.call(
                        api, "batchAckMessageAsync", brokerAddress, TIMEOUT_MS, callback, topic, group, receipts)));
    }

    private static String status(Object result) throws Exception {
        return String.valueOf(ByName.call(result, "getStatus"));
    }

    /** The new receipt of a message that is hidden for another time; {@code null} if the broker refused. */
    String hide(MessageExt message, long invisibleMs) throws Exception {
        String receipt = receipt(message);
        Object header = ByName.make(HEADERS + "ChangeInvisibleTimeRequestHeader");
        ByName.set(header, "ConsumerGroup", group);
        ByName.set(header, "Topic", realTopic(receipt));
        ByName.set(header, "QueueId", Integer.parseInt(receipt.split(" ", -1)[6]));
        ByName.set(header, "Offset", message.getQueueOffset());
        ByName.set(header, "ExtraInfo", receipt);
        ByName.set(header, "InvisibleTime", invisibleMs);
        Object result = answer(
                "AckCallback",
                callback -> ByName.call(
                        api,
                        "changeInvisibleTimeAsync",
                        Servers.BROKER_NAME,
                        brokerAddress,
                        header,
                        TIMEOUT_MS,
                        callback));
        return (String) ByName.call(result, "getExtraInfo");
    }

    /** Sets how the group consumes the topic, as {@code DefaultMQAdminExt} does on each broker. */
    void setMode(String mode, int share) throws Exception {
        Class<?> modes = Class.forName("org.apache.rocketmq.common.message.MessageRequestMode");
        Object constant = Arrays.stream(modes.getEnumConstants())
                .filter(each -> each.toString().equals(mode))
                .findFirst()
                .orElseThrow();
        ByName.call(api, "setMessageRequestMode", brokerAddress, topic, group, constant, share, TIMEOUT_MS);
    }

    /** Makes the group, with a number of attempts. */
    void createGroup(int retriesMax) throws Exception {
        RemotingCommand request = RemotingCommand.createRequestCommand(CREATE_GROUP, null);
        request.setBody(("{\"groupName\":\"" + group + "\",\"retryMaxTimes\":" + retriesMax
                        + ",\"consumeEnable\":true,\"retryQueueNums\":1}")
                .getBytes(StandardCharsets.UTF_8));
        invoke(request);
    }

    /** A request as it stands; its answer. */
    RemotingCommand invoke(int code, Map<String, String> fields) throws Exception {
        RemotingCommand request = RemotingCommand.createRequestCommand(code, null);
        fields.forEach(request::addExtField);
        return invoke(request);
    }

    private RemotingCommand invoke(RemotingCommand request) throws Exception {
        return api.getRemotingClient().invokeSync(brokerAddress, request, TIMEOUT_MS);
    }

    /** Lets the broker decide which queues a consumer gets, and how. */
    static void letBrokerDecide(ClientConfig consumer) throws Exception {
        ByName.set(consumer, "ClientRebalance", false);
    }

    private interface Send {
        void with(Object callback) throws Exception;
    }

    private static Object answer(String callbackType, Send send) throws Exception {
        Class<?> type = Class.forName(CONSUMER + callbackType);
        CompletableFuture<Object> done = new CompletableFuture<>();
        Object callback =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("onSuccess")) {
                        done.complete(arguments[0]);
                    } else if (method.getName().equals("onException")) {
                        done.completeExceptionally((Throwable) arguments[0]);
                    }
                    return null;
                });
        send.with(callback);
        return done.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
}
