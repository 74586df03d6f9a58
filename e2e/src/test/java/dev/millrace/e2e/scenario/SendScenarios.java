package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** What producers do. Owner: the thread that runs a scenario. */
public final class SendScenarios {

    private static final int ONE_MEBIBYTE = 1 << 20;

    public void keepsEveryFieldOfASynchronousSend(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sync");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 4);
            Message sent = new Message(topic, "TagA", "key-1 key-2", 7, "grüße €".getBytes(UTF_8), true);
            sent.putUserProperty("colour", "blue");
            sent.putUserProperty("größe", "40 €");
            long before = System.currentTimeMillis();

            SendResult result = producer.send(sent);

            assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThat(result.getQueueOffset()).isZero();
            assertThat(result.getMessageQueue().getBrokerName()).isEqualTo("e2e-broker-a");
            MessageExt got = pullAll(clients, result.getMessageQueue(), 1).getFirst();
            assertThat(Clients.body(got)).isEqualTo("grüße €");
            assertThat(got.getTopic()).isEqualTo(topic);
            assertThat(got.getTags()).isEqualTo("TagA");
            assertThat(got.getKeys()).isEqualTo("key-1 key-2");
            assertThat(got.getFlag()).isEqualTo(7);
            assertThat(got.getUserProperty("colour")).isEqualTo("blue");
            assertThat(got.getUserProperty("größe")).isEqualTo("40 €");
            assertThat(got.getProperty(MessageConst.PROPERTY_WAIT_STORE_MSG_OK)).isEqualTo("true");
            assertThat(got.getMsgId()).isEqualTo(result.getMsgId());
            assertThat(got.getQueueId()).isEqualTo(result.getMessageQueue().getQueueId());
            assertThat(got.getReconsumeTimes()).isZero();
            assertThat(got.getBornTimestamp()).isBetween(before, System.currentTimeMillis());
            assertThat(got.getStoreTimestamp()).isBetween(before, System.currentTimeMillis());
            assertThat(got.getBornHostString()).isEqualTo("127.0.0.1");
            assertThat(got.getStoreHost().toString()).endsWith(env.servers().brokerAddress());
        }
    }

    public void answersAsynchronousSends(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("async");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 3);
            List<CompletableFuture<SendResult>> answers = new ArrayList<>();

            for (String body : Clients.bodies("a", 60)) {
                CompletableFuture<SendResult> answer = new CompletableFuture<>();
                producer.send(Clients.message(topic, body), callback(answer));
                answers.add(answer);
            }

            Map<MessageQueue, Integer> counts = new HashMap<>();
            for (CompletableFuture<SendResult> answer : answers) {
                SendResult result = answer.get(20, TimeUnit.SECONDS);
                assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
                counts.merge(result.getMessageQueue(), 1, Integer::sum);
            }
            List<String> bodies = new ArrayList<>();
            for (MessageQueue queue : queues) {
                bodies.addAll(pullBodies(clients, queue, counts.getOrDefault(queue, 0)));
            }
            assertThat(bodies).containsExactlyInAnyOrderElementsOf(Clients.bodies("a", 60));
        }
    }

    public void answersAsynchronousSendToAGivenQueue(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("asyncqueue");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            CompletableFuture<SendResult> toQueue = new CompletableFuture<>();
            CompletableFuture<SendResult> bySelector = new CompletableFuture<>();

            producer.send(Clients.message(topic, "given"), queues.get(2), callback(toQueue));
            producer.send(
                    Clients.message(topic, "selected"), (all, message, id) -> queues.get(1), 1, callback(bySelector));

            assertThat(toQueue.get(20, TimeUnit.SECONDS).getMessageQueue()).isEqualTo(queues.get(2));
            assertThat(bySelector.get(20, TimeUnit.SECONDS).getMessageQueue()).isEqualTo(queues.get(1));
            assertThat(pullBodies(clients, queues.get(2), 1)).containsExactly("given");
            assertThat(pullBodies(clients, queues.get(1), 1)).containsExactly("selected");
        }
    }

    public void storesOneWaySends(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("oneway");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();

            for (String body : Clients.bodies("o", 20)) {
                producer.sendOneway(Clients.message(topic, body), queue);
            }

            Awaitility.await().until(() -> producer.maxOffset(queue), offset -> offset == 20);
            assertThat(pullBodies(clients, queue, 20)).containsExactlyInAnyOrderElementsOf(Clients.bodies("o", 20));
        }
    }

    public void storesABatchInOrder(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("batch");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 2).get(1);
            Clients.sendInOrder(producer, queue, "first", 1);
            List<Message> batch = new ArrayList<>();
            for (String body : Clients.bodies("b", 10)) {
                Message message = new Message(topic, "T" + body.length(), "k" + body, body.getBytes(UTF_8));
                message.putUserProperty("of", body);
                batch.add(message);
            }

            SendResult result = producer.send(batch, queue);

            assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThat(result.getQueueOffset()).isEqualTo(1);
            assertThat(result.getMsgId().split(",")).hasSize(10).doesNotHaveDuplicates();
            assertThat(result.getOffsetMsgId().split(",")).hasSize(10).doesNotHaveDuplicates();
            List<MessageExt> got = pullAll(clients, queue, 11).subList(1, 11);
            assertThat(got).extracting(Clients::body).containsExactlyElementsOf(Clients.bodies("b", 10));
            assertThat(got)
                    .extracting(MessageExt::getQueueOffset)
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
            assertThat(got)
                    .extracting(MessageExt::getMsgId)
                    .containsExactly(result.getMsgId().split(","));
            assertThat(got).allSatisfy(message -> {
                assertThat(message.getTags())
                        .isEqualTo("T" + Clients.body(message).length());
                assertThat(message.getKeys()).isEqualTo("k" + Clients.body(message));
                assertThat(message.getUserProperty("of")).isEqualTo(Clients.body(message));
            });
        }
    }

    public void givesQueueOffsetsOneByOne(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("selector");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            List<SendResult> results = new ArrayList<>();

            for (int order = 0; order < 40; order++) {
                Message message = Clients.message(topic, "s-" + order);
                results.add(producer.send(message, (all, sent, id) -> queues.get((int) id % all.size()), order));
            }

            Map<MessageQueue, List<Long>> offsets = results.stream()
                    .collect(Collectors.groupingBy(
                            SendResult::getMessageQueue,
                            Collectors.mapping(SendResult::getQueueOffset, Collectors.toList())));
            assertThat(offsets).hasSize(4);
            assertThat(offsets.values())
                    .allSatisfy(list -> assertThat(list).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L));
            assertThat(pullBodies(clients, queues.get(1), 10))
                    .startsWith("s-1", "s-5", "s-9")
                    .hasSize(10);
        }
    }

    public void spreadsSendsOverAllQueues(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("spread");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);

            List<MessageQueue> used = new ArrayList<>();
            for (int index = 0; index < 8; index++) {
                used.add(producer.send(Clients.message(topic, "x")).getMessageQueue());
            }

            assertThat(used.subList(0, 4)).containsExactlyInAnyOrderElementsOf(queues);
            assertThat(used.subList(4, 8)).isEqualTo(used.subList(0, 4));
        }
    }

    public void compressesABigBody(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("big");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            byte[] body = new byte[ONE_MEBIBYTE];
            for (int index = 0; index < body.length; index++) {
                body[index] = (byte) (index / 1000);
            }

            producer.send(new Message(topic, body), queue);

            MessageExt got = pullAll(clients, queue, 1).getFirst();
            assertThat(got.getBody()).isEqualTo(body);
            assertThat(got.getStoreSize()).isLessThan(ONE_MEBIBYTE / 4);
        }
    }

    public void storesABodyThatDoesNotShrink(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("noise");
            DefaultMQProducer producer = clients.producer();
            producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            byte[] body = new byte[3 * ONE_MEBIBYTE];
            new SplittableRandom(5).nextBytes(body);

            SendResult result = producer.send(new Message(topic, body), queue);

            assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThat(pullAll(clients, queue, 1).getFirst().getBody()).isEqualTo(body);
        }
    }

    public void createsATopicWithTheFirstSend(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("auto");
            DefaultMQProducer producer = clients.producer();

            SendResult result = producer.send(Clients.tagged(topic, "A", "first"));

            assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            DefaultMQProducer other = clients.newProducer();
            other.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .ignoreExceptions()
                    .until(() -> other.fetchPublishMessageQueues(topic).size() == 4);
            assertThat(pullBodies(clients, result.getMessageQueue(), 1)).containsExactly("first");
        }
    }

    public void knowsNoQueuesOfAnUnknownTopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();

            assertThatThrownBy(() -> producer.fetchPublishMessageQueues(env.name("unknown")))
                    .isInstanceOf(MQClientException.class);
        }
    }

    public void refusesATopicTheBrokerDoesNotHave(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.newProducer();
            producer.setCreateTopicKey("SELF_TEST_TOPIC");
            producer.setRetryTimesWhenSendFailed(0);
            producer.start();
            Message message = Clients.message(env.name("absent"), "x");

            assertThatThrownBy(() -> producer.send(message))
                    .satisfies(error -> assertThat(brokerCode(error)).isEqualTo(17));
        }
    }

    public void refusesAnIllegalTopicName(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();

            assertThatThrownBy(() -> producer.send(Clients.message("no spaces " + env.unique(), "x")))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("illegal characters");
            assertThatThrownBy(
                            () -> producer.getDefaultMQProducerImpl().createTopic("TBW102", "SCHEDULE_TOPIC_XXXX", 1))
                    .isInstanceOf(MQClientException.class);
            assertThatThrownBy(() -> producer.send(Clients.message("TRANS_CHECK_MAX_TIME_TOPIC", "x")))
                    .isInstanceOf(MQClientException.class);
        }
    }

    public void refusesAMessageOverTheLimit(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("toobig");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
            Message message = new Message(topic, new byte[5 * ONE_MEBIBYTE]);

            assertThatThrownBy(() -> producer.send(message, queue))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("max");
            producer.setMaxMessageSize(8 * ONE_MEBIBYTE);
            assertThatThrownBy(() -> producer.send(message, queue))
                    .satisfies(error -> assertThat(brokerCode(error)).isEqualTo(13));

            assertThat(producer.maxOffset(queue)).isZero();
            assertThat(producer.send(Clients.message(topic, "after"), queue).getQueueOffset())
                    .isZero();
        }
    }

    public void storesTheBiggestBodyAndNoneAboveIt(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("biggest");
            DefaultMQProducer producer = clients.newProducer();
            producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
            producer.start();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            byte[] biggest = new byte[4 * ONE_MEBIBYTE];
            new SplittableRandom(4).nextBytes(biggest);

            assertThat(producer.send(new Message(topic, biggest), queue).getSendStatus())
                    .isEqualTo(SendStatus.SEND_OK);
            Message above = new Message(topic, new byte[4 * ONE_MEBIBYTE + 1]);
            assertThatThrownBy(() -> producer.send(above, queue))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("max");
            producer.setMaxMessageSize(8 * ONE_MEBIBYTE);
            assertThatThrownBy(() -> producer.send(above, queue))
                    .satisfies(error -> assertThat(brokerCode(error)).isEqualTo(13));

            List<MessageExt> stored = pullAll(clients, queue, 1);
            assertThat(stored).hasSize(1);
            assertThat(stored.getFirst().getBody()).isEqualTo(biggest);
        }
    }

    /** Where an application lifts the client's limit, RocketMQ's broker fails; ours looks at each message alone. */
    public void refusesABatchAboveTheLimit(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("batchlimit");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            List<Message> batch = new ArrayList<>();
            for (int index = 0; index < 5; index++) {
                batch.add(new Message(topic, new byte[ONE_MEBIBYTE]));
            }

            assertThatThrownBy(() -> producer.send(batch, queue))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("max");
            assertThat(producer.maxOffset(queue)).isZero();
            assertThat(producer.send(batch.subList(0, 3), queue).getSendStatus())
                    .isEqualTo(SendStatus.SEND_OK);
            producer.setMaxMessageSize(8 * ONE_MEBIBYTE);
            if (env.kind() == ServerKind.APACHE) {
                assertThatThrownBy(() -> producer.send(batch, queue))
                        .satisfies(error -> assertThat(brokerCode(error)).isEqualTo(1));
            } else {
                assertThat(producer.send(batch, queue).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            }
        }
    }

    public void sendsWhatHasOneKeyToOneQueue(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("bykey");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 4);
            SelectMessageQueueByHash selector = new SelectMessageQueueByHash();

            for (String key : List.of("a", "b", "c", "d", "e")) {
                List<SendResult> results = new ArrayList<>();
                for (int index = 0; index < 4; index++) {
                    results.add(producer.send(Clients.message(topic, key + index), selector, key));
                }
                assertThat(results)
                        .extracting(result -> result.getMessageQueue().getQueueId())
                        .containsOnly(key.hashCode() % 4);
            }
        }
    }

    public void storesThePropertiesThatFit(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("properties");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Message fits = Clients.message(topic, "fits");
            fits.putUserProperty("long", "v".repeat(30_000));
            Message tooLong = Clients.message(topic, "too long");
            tooLong.putUserProperty("long", "v".repeat(33_000));

            assertThat(producer.send(fits, queue).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThatThrownBy(() -> producer.send(tooLong, queue))
                    .satisfies(error -> assertThat(brokerCode(error)).isEqualTo(13));

            assertThat(pullAll(clients, queue, 1).getFirst().getUserProperty("long"))
                    .hasSize(30_000);
        }
    }

    public void sendsWithinItsTimeout(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("timeout");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();

            SendResult inTime = producer.send(Clients.message(topic, "in time"), queue, 15_000);

            assertThat(inTime.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            MessageQueue nowhere = new MessageQueue(topic, "no-such-broker", 0);
            assertThatThrownBy(() -> producer.send(Clients.message(topic, "nowhere"), nowhere, 500))
                    .isInstanceOf(MQClientException.class);
        }
    }

    public void sendsFromManyThreads(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("threads");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Queue<Long> offsets = new ConcurrentLinkedQueue<>();

            try (var executor = java.util.concurrent.Executors.newFixedThreadPool(4)) {
                List<java.util.concurrent.Future<?>> threads = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    String stem = "t" + thread;
                    threads.add(executor.submit(() -> {
                        Clients.sendInOrder(producer, queue, stem, 25)
                                .forEach(result -> offsets.add(result.getQueueOffset()));
                        return null;
                    }));
                }
                for (java.util.concurrent.Future<?> thread : threads) {
                    thread.get(30, TimeUnit.SECONDS);
                }
            }

            assertThat(offsets).hasSize(100).doesNotHaveDuplicates().allMatch(offset -> offset >= 0 && offset < 100);
            List<String> bodies = pullBodies(clients, queue, 100);
            for (int thread = 0; thread < 4; thread++) {
                String stem = "t" + thread;
                assertThat(bodies.stream().filter(body -> body.startsWith(stem)))
                        .containsExactlyElementsOf(Clients.bodies(stem, 25));
            }
        }
    }

    /** The response code inside what a send threw, −1 if none. */
    private static int brokerCode(Throwable thrown) {
        @Nullable Throwable cause = thrown;
        while (cause != null) {
            if (cause instanceof MQBrokerException broker) {
                return broker.getResponseCode();
            }
            if (cause instanceof MQClientException client && client.getResponseCode() > 0) {
                return client.getResponseCode();
            }
            cause = cause.getCause();
        }
        return -1;
    }

    private static SendCallback callback(CompletableFuture<SendResult> answer) {
        return new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                answer.complete(result);
            }

            @Override
            public void onException(Throwable error) {
                answer.completeExceptionally(error);
            }
        };
    }

    private static List<String> pullBodies(Clients clients, MessageQueue queue, int countMin) throws Exception {
        return pullAll(clients, queue, countMin).stream().map(Clients::body).toList();
    }

    /** Everything in a queue, once {@code countMin} messages can be read. */
    private static List<MessageExt> pullAll(Clients clients, MessageQueue queue, int countMin) throws Exception {
        DefaultMQPullConsumer consumer =
                clients.pullConsumer(queue.getTopic().replace('%', '_') + "-reader" + queue.getQueueId());
        consumer.start();
        PullScenarios.awaitReadable(consumer, queue, countMin);
        return PullScenarios.pullAll(consumer, queue);
    }
}
