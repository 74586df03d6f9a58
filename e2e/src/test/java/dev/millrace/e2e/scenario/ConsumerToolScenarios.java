package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What {@code mqadmin} does while a producer and a consumer run. Owner: the thread that runs a scenario. */
public final class ConsumerToolScenarios {

    private static final int MESSAGES = 10;

    public void showsAndMovesARunningConsumer(Environment env) throws Exception {
        try (Clients clients = new Clients(env);
                MqAdmin admin = admin(env)) {
            Running running = start(clients, env);

            assertThat(admin.run("consumerConnection", "-g", running.group))
                    .contains(running.clientId(), "ConsumeType: CONSUME_PASSIVELY", "MessageModel: CLUSTERING");
            assertThat(admin.run("producerConnection", "-g", env.name("P"), "-t", running.topic))
                    .contains("JAVA");
            assertThat(admin.run("producer", "-b", env.servers().brokerAddress()))
                    .contains("producer group (" + env.name("P") + ") instance : clientId=");
            assertThat(admin.run("consumerStatus", "-g", running.group, "-i", running.clientId()))
                    .contains("PROP_CONSUME_TYPE", "#Consumer Subscription#", running.topic)
                    .contains("consumerGroup                           : " + running.group);
            assertThat(admin.run("consumerProgress")).containsPattern(running.group + " +1 +V5_5_0 +PUSH +CLUSTERING");
            assertThat(admin.run("consumerProgress", "-g", running.group))
                    .containsPattern(running.topic + " +" + Servers.BROKER_NAME + " +0 +10 +10 +0 +0 ");
            assertThat(admin.run("brokerConsumeStats", "-b", env.servers().brokerAddress()))
                    .containsPattern(
                            running.topic + " +" + running.group + " +" + Servers.BROKER_NAME + " +0 +10 +10 +0 ");
            assertThat(admin.run(
                            "queryMsgById",
                            "-t",
                            running.topic,
                            "-i",
                            running.last.getOffsetMsgId(),
                            "-g",
                            running.group,
                            "-d",
                            running.clientId()))
                    .contains("consumeResult=CR_SUCCESS");
            running.received.await(messages -> messages.size() == MESSAGES + 1);

            String beyond = admin.run(
                    "resetOffsetByTime",
                    "-g",
                    running.group,
                    "-t",
                    running.topic,
                    "-s",
                    "0",
                    "-b",
                    env.servers().brokerAddress(),
                    "-q",
                    "0",
                    "-o",
                    "2000");
            assertThat(beyond).contains("CODE: 1 ", "Target offset 2000 not in consume queue range [0-10]");
            assertThat(admin.run("resetOffsetByTime", "-g", running.group, "-t", running.topic, "-s", "0"))
                    .containsPattern(Servers.BROKER_NAME + " +0 +0");
            running.received.await(messages -> messages.size() == 2 * MESSAGES + 1);
            assertThat(admin.run("skipAccumulatedMessage", "-g", running.group, "-t", running.topic))
                    .containsPattern(Servers.BROKER_NAME + " +0 +10");
        }
    }

    public void countsWhatTopicsAndGroupsGot(Environment env) throws Exception {
        try (Clients clients = new Clients(env);
                MqAdmin admin = admin(env)) {
            Running running = start(clients, env);

            Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                Clients.sendTo(running.producer, running.queue, "more");
                assertThat(admin.run("statsAll", "-t", running.topic))
                        .containsPattern(
                                running.topic + " +" + running.group + " +\\d+ +(\\d*\\.\\d*[1-9]|[1-9]\\d*\\.)");
            });
        }
    }

    public void clonesTheOffsetsOfAGroup(Environment env) throws Exception {
        try (Clients clients = new Clients(env);
                MqAdmin admin = admin(env)) {
            Running running = start(clients, env);
            String copy = env.name("copy");
            admin.run("updateSubGroup", "-b", env.servers().brokerAddress(), "-g", copy);

            String output = admin.run("cloneGroupOffset", "-s", running.group, "-d", copy, "-t", running.topic);

            assertThat(output).contains("clone group offset success", copy);
        }
    }

    private static MqAdmin admin(Environment env) {
        return new MqAdmin(env.scratch(), env.servers().namesrvAddress(), "JSON");
    }

    private record Running(
            String topic,
            String group,
            MessageQueue queue,
            DefaultMQProducer producer,
            DefaultMQPushConsumer consumer,
            Received received,
            SendResult last) {
        String clientId() {
            return consumer.getDefaultMQPushConsumerImpl().getmQClientFactory().getClientId();
        }
    }

    /** A producer that has sent ten messages to one queue, and a consumer that has taken them. */
    private static Running start(Clients clients, Environment env) throws Exception {
        String topic = env.name("toolsrun");
        String group = env.name("G");
        DefaultMQProducer producer = clients.producer();
        MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
        List<SendResult> sent = new ArrayList<>();
        for (int index = 0; index < MESSAGES; index++) {
            sent.add(producer.send(new Message(topic, "T", "k" + index, ("m" + index).getBytes(UTF_8)), queue));
        }
        Received received = new Received();
        DefaultMQPushConsumer consumer = clients.pushConsumer(group);
        consumer.subscribe(topic, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        Clients.awaitStored(consumer, List.of(queue), MESSAGES);
        return new Running(topic, group, queue, producer, consumer, received, sent.getLast());
    }
}
