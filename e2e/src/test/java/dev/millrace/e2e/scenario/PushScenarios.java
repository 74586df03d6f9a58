package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.Servers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What one listening consumer sees. Owner: the thread that runs a scenario. */
public final class PushScenarios {

    public void receivesWhatWasSentBeforeAndAfterTheStart(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("push");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            for (int index = 0; index < 20; index++) {
                producer.send(Clients.message(topic, "before-" + index), queues.get(index % 4));
            }
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            List<String> expected = new ArrayList<>(Clients.bodies("before", 20));
            received.awaitBodies(expected);

            for (int index = 0; index < 20; index++) {
                producer.send(Clients.message(topic, "after-" + index), queues.get(index % 4));
            }

            expected.addAll(Clients.bodies("after", 20));
            received.awaitBodies(expected);
            assertThat(received.messages()).allSatisfy(message -> {
                assertThat(message.getTopic()).isEqualTo(topic);
                assertThat(message.getReconsumeTimes()).isZero();
                assertThat(message.getBrokerName()).isEqualTo("e2e-broker-a");
            });
        }
    }

    public void receivesEveryField(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("fields");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            Message message = new Message(topic, "TagF", "k1 k2", 3, "full €".getBytes(UTF_8), true);
            message.putUserProperty("a", "1");
            SendResult sent = producer.send(message);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "TagF");
            received.listenConcurrently(consumer);

            consumer.start();

            received.awaitBodies(List.of("full €"));
            MessageExt got = received.messages().getFirst();
            assertThat(got.getTags()).isEqualTo("TagF");
            assertThat(got.getKeys()).isEqualTo("k1 k2");
            assertThat(got.getFlag()).isEqualTo(3);
            assertThat(got.getUserProperty("a")).isEqualTo("1");
            assertThat(got.getMsgId()).isEqualTo(sent.getMsgId());
            assertThat(got.getQueueOffset()).isEqualTo(sent.getQueueOffset());
            assertThat(got.getProperty(MessageConst.PROPERTY_MAX_OFFSET)).isEqualTo("1");
        }
    }

    public void receivesOnlySubscribedTags(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tags");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);
            for (String tag : List.of("A", "B", "C", "A", "C", "B")) {
                producer.send(Clients.tagged(topic, tag, "of " + tag));
            }
            producer.send(Clients.message(topic, "of none"));
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "A || B");
            received.listenConcurrently(consumer);
            consumer.start();
            received.awaitBodies(List.of("of A", "of A", "of B", "of B"));

            producer.send(Clients.tagged(topic, "C", "late C"));
            producer.send(Clients.tagged(topic, "A", "late A"));

            received.awaitBodies(List.of("of A", "of A", "of B", "of B", "late A"));
        }
    }

    public void receivesAQueueInOrder(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("orderly");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Received received = new Received();
            AtomicInteger refusals = new AtomicInteger();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            MessageListenerOrderly listener = (batch, context) -> {
                if (Clients.body(batch.getFirst()).equals("x-3") && refusals.getAndIncrement() < 2) {
                    context.setSuspendCurrentQueueTimeMillis(50);
                    return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
                }
                received.addAll(batch);
                return ConsumeOrderlyStatus.SUCCESS;
            };
            consumer.registerMessageListener(listener);
            consumer.start();

            Clients.sendInOrder(producer, queues.get(0), "x", 10);
            Clients.sendInOrder(producer, queues.get(1), "y", 10);

            received.await(messages -> messages.size() == 20);
            assertThat(received.bodies().stream().filter(body -> body.startsWith("x")))
                    .containsExactlyElementsOf(Clients.bodies("x", 10));
            assertThat(received.bodies().stream().filter(body -> body.startsWith("y")))
                    .containsExactlyElementsOf(Clients.bodies("y", 10));
            assertThat(refusals).hasValue(3);
        }
    }

    public void receivesARefusedMessageAgain(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("retry");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Message message = new Message(topic, "R", "rkey", "again".getBytes(UTF_8));
            message.putUserProperty("keep", "me");
            SendResult sent = producer.send(message, queue);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> {
                received.addAll(batch);
                context.setDelayLevelWhenNextConsume(1);
                return batch.getFirst().getReconsumeTimes() < 2
                        ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                        : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
            consumer.registerMessageListener(listener);

            consumer.start();

            received.await(messages -> messages.size() == 3);
            List<MessageExt> got = received.messages();
            assertThat(got).extracting(MessageExt::getReconsumeTimes).containsExactly(0, 1, 2);
            assertThat(got).allSatisfy(each -> {
                assertThat(Clients.body(each)).isEqualTo("again");
                assertThat(each.getTopic()).isEqualTo(topic);
                assertThat(each.getTags()).isEqualTo("R");
                assertThat(each.getKeys()).isEqualTo("rkey");
                assertThat(each.getUserProperty("keep")).isEqualTo("me");
                assertThat(each.getMsgId()).isEqualTo(sent.getMsgId());
            });
            assertThat(got.get(1).getProperty(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID))
                    .isEqualTo(sent.getOffsetMsgId());
            assertThat(got.get(2).getProperty(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID))
                    .isEqualTo(sent.getOffsetMsgId());
        }
    }

    public void putsAnOftenRefusedMessageIntoTheDeadLetterTopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("dead");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            AtomicInteger tries = new AtomicInteger();
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.setMaxReconsumeTimes(1);
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> {
                tries.incrementAndGet();
                context.setDelayLevelWhenNextConsume(1);
                return ConsumeConcurrentlyStatus.RECONSUME_LATER;
            };
            consumer.registerMessageListener(listener);
            consumer.start();

            producer.send(Clients.tagged(topic, "D", "poison"));

            MessageQueue dead = new MessageQueue("%DLQ%" + group, "e2e-broker-a", 0);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .ignoreExceptions()
                    .until(() -> producer.maxOffset(dead) == 1);
            assertThat(tries).hasValue(2);
            DefaultMQPushConsumer undertaker = clients.pushConsumer(env.name("U"));
            Received received = new Received();
            undertaker.subscribe("%DLQ%" + group, "*");
            received.listenConcurrently(undertaker);
            undertaker.start();
            received.awaitBodies(List.of("poison"));
        }
    }

    public void deliversADelayedMessageLater(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("delay");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            Received received = new Received();
            Map<String, Long> arrivals = new ConcurrentHashMap<>();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> {
                batch.forEach(message -> arrivals.put(Clients.body(message), System.currentTimeMillis()));
                received.addAll(batch);
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
            consumer.registerMessageListener(listener);
            consumer.start();
            Message later = Clients.tagged(topic, "L", "later");
            later.setDelayTimeLevel(1);

            long sentMs = System.currentTimeMillis();
            producer.send(later);
            producer.send(Clients.message(topic, "now"));

            received.awaitBodies(List.of("now", "later"));
            assertThat(arrivals.get("later")).isGreaterThanOrEqualTo(sentMs + 900);
            assertThat(received.messages())
                    .filteredOn(each -> Clients.body(each).equals("later"))
                    .allSatisfy(each -> {
                        assertThat(each.getTopic()).isEqualTo(topic);
                        assertThat(each.getTags()).isEqualTo("L");
                    });
        }
    }

    public void goesOnWhereTheGroupStopped(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("resume");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendInOrder(producer, queue, "one", 10);
            Received first = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            first.listenConcurrently(consumer);
            consumer.start();
            first.awaitBodies(Clients.bodies("one", 10));
            Clients.awaitConsumed(consumer, List.of(queue), 10);
            consumer.shutdown();
            Clients.sendInOrder(producer, queue, "two", 5);
            Received second = new Received();
            DefaultMQPushConsumer next = clients.pushConsumer(env.name("G"));
            next.subscribe(topic, "*");
            second.listenConcurrently(next);

            next.start();

            second.awaitBodies(Clients.bodies("two", 5));
            assertThat(first.bodies()).hasSize(10);
        }
    }

    public void startsAtTheFirstMessageOfAYoungQueue(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("last");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendInOrder(producer, queue, "old", 5);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();

            // All of a young queue is in memory: the broker answers 0 for it, whatever the consumer wishes.
            received.awaitBodies(Clients.bodies("old", 5));
            Clients.sendInOrder(producer, queue, "new", 5);

            List<String> expected = new ArrayList<>(Clients.bodies("old", 5));
            expected.addAll(Clients.bodies("new", 5));
            received.awaitBodies(expected);
        }
    }

    public void startsAtATimestamp(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("time");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 6);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_TIMESTAMP);
            consumer.setConsumeTimestamp(DateTimeFormatter.ofPattern("yyyyMMddHHmmss")
                    .withZone(ZoneId.systemDefault())
                    .format(Instant.now().minusSeconds(3_600)));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);

            consumer.start();

            received.awaitBodies(Clients.bodies("m", 6));
        }
    }

    public void stopsAndGoesOnWithSuspend(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("suspend");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            Clients.sendInOrder(producer, queue, "a", 1);
            received.awaitBodies(List.of("a-0"));

            consumer.suspend();
            consumer.resume();
            Clients.sendInOrder(producer, queue, "b", 3);

            received.awaitBodies(List.of("a-0", "b-0", "b-1", "b-2"));
        }
    }

    public void subscribesToTwoTopicsAndLeavesOne(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String left = env.name("left");
            String kept = env.name("kept");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, left, 1);
            clients.createTopic(producer, kept, 1);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(left, "*");
            consumer.subscribe(kept, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            producer.send(Clients.message(left, "l1"));
            producer.send(Clients.message(kept, "k1"));
            received.awaitBodies(List.of("l1", "k1"));

            consumer.unsubscribe(left);
            producer.send(Clients.message(kept, "k2"));

            received.awaitAtLeast(List.of("l1", "k1", "k2"));
        }
    }

    public void receivesABigBody(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("pushbig");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            String body = "0123456789".repeat(20_000);
            producer.send(Clients.message(topic, body));
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);

            consumer.start();

            received.awaitBodies(List.of(body));
        }
    }

    /** Of each batch the first is taken, and exactly the others come again. */
    public void takesSomeOfABatchAndTheRestAgain(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("pushbatch");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 8);
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> producer.maxOffset(queue) == 8);
            Received first = new Received();
            Received again = new Received();
            List<String> refused = new CopyOnWriteArrayList<>();
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.setConsumeMessageBatchMaxSize(8);
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> {
                if (batch.getFirst().getReconsumeTimes() == 0) {
                    context.setAckIndex(0);
                    context.setDelayLevelWhenNextConsume(1);
                    batch.subList(1, batch.size()).forEach(message -> refused.add(Clients.body(message)));
                    first.addAll(batch);
                } else {
                    again.addAll(batch);
                }
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
            consumer.registerMessageListener(listener);

            consumer.start();

            first.awaitBodies(Clients.bodies("m", 8));
            assertThat(refused).isNotEmpty();
            again.awaitBodies(refused);
            Clients.awaitConsumed(consumer, List.of(queue), 8);
            // Due behind all that was refused before: with it came whatever the broker was given back.
            Message last = Clients.message(topic, "last");
            last.setDelayTimeLevel(1);
            producer.send(last);
            first.await(messages -> messages.size() > 8);
            MessageQueue retries = new MessageQueue("%RETRY%" + group, Servers.BROKER_NAME, 0);
            assertThat(producer.maxOffset(retries)).isEqualTo(refused.size());
            assertThat(again.bodies()).containsExactlyInAnyOrderElementsOf(refused);
            assertThat(again.messages())
                    .extracting(MessageExt::getReconsumeTimes)
                    .containsOnly(1);
            assertThat(first.bodies()).hasSize(9).contains("last");
        }
    }

    public void putsARefusedMessageAsideAndGoesOnInOrder(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("orderdead");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Received received = new Received();
            AtomicInteger tries = new AtomicInteger();
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.setMaxReconsumeTimes(1);
            consumer.setSuspendCurrentQueueTimeMillis(50);
            consumer.subscribe(topic, "*");
            MessageListenerOrderly listener = (batch, context) -> {
                if (Clients.body(batch.getFirst()).equals("m-1")) {
                    tries.incrementAndGet();
                    return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
                }
                received.addAll(batch);
                return ConsumeOrderlyStatus.SUCCESS;
            };
            consumer.registerMessageListener(listener);
            consumer.start();

            Clients.sendInOrder(producer, queue, "m", 4);

            received.await(messages -> messages.size() == 3);
            assertThat(received.bodies()).containsExactly("m-0", "m-2", "m-3");
            assertThat(tries).hasValue(2);
            MessageQueue dead = new MessageQueue("%DLQ%" + group, "e2e-broker-a", 0);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .ignoreExceptions()
                    .until(() -> producer.maxOffset(dead) == 1);
        }
    }
}
