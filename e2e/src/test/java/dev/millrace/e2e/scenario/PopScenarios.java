package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Consumption by receipt, by the operations of a 5.x client. Owner: the thread that runs it. */
public final class PopScenarios {

    private static final int ACK = 200_051;
    private static final int SEND_BACK = 36;
    private static final int NO_MESSAGE = 208;

    /** A topic with one queue, a group, and what is sent to it. */
    private record Bench(DefaultMQProducer producer, List<MessageQueue> queues, PopClient pops, String topic) {
        static Bench open(Clients clients, Environment env, String stem, int queueCount) throws Exception {
            String topic = env.name(stem);
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, queueCount);
            return new Bench(producer, queues, new PopClient(env, producer, env.name(stem + "G"), topic), topic);
        }

        void send(String... bodies) throws Exception {
            for (String body : bodies) {
                Clients.sendTo(producer, queues.getFirst(), body);
            }
        }
    }

    public void takesAndAcknowledges(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "popack", 4);
            for (MessageQueue queue : bench.queues) {
                Clients.sendInOrder(bench.producer, queue, "q" + queue.getQueueId(), 5);
            }

            List<MessageExt> taken = bench.pops.popAll(PopClient.request().invisible(4_000), 20);

            assertThat(taken.stream().map(Clients::body).distinct()).hasSize(20);
            for (MessageExt message : taken) {
                assertThat(message.getReconsumeTimes()).isZero();
                assertThat(message.getProperty("1ST_POP_TIME"))
                        .isEqualTo(PopClient.receipt(message).split(" ", -1)[1]);
                assertThat(bench.pops.ack(message)).isEqualTo("OK");
            }
            PopClient.Popped rest = bench.pops.pop(PopClient.request().poll(9_000));
            assertThat(rest.status).isEqualTo("POLLING_NOT_FOUND");
        }
    }

    public void deliversAgainWithItsPropertiesAndACount(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "poprevive", 1);
            Message sent = new Message(bench.topic, "A", "key-1", "again".getBytes(StandardCharsets.UTF_8));
            sent.putUserProperty("colour", "green");
            String id = bench.producer.send(sent).getMsgId();
            PopClient.Popped first = bench.pops.popSome(PopClient.request().invisible(2_000));

            MessageExt second = bench.pops
                    .popSome(PopClient.request().invisible(2_000))
                    .messages
                    .getFirst();
            MessageExt third = bench.pops.popSome(PopClient.request()).messages.getFirst();

            for (MessageExt message : List.of(second, third)) {
                assertThat(Clients.body(message)).isEqualTo("again");
                assertThat(message.getTopic()).isEqualTo(bench.topic);
                assertThat(message.getMsgId()).isEqualTo(id);
                assertThat(message.getTags()).isEqualTo("A");
                assertThat(message.getKeys()).isEqualTo("key-1");
                assertThat(message.getUserProperty("colour")).isEqualTo("green");
                assertThat(message.getQueueId()).isZero();
                assertThat(message.getBornTimestamp())
                        .isEqualTo(first.messages.getFirst().getBornTimestamp());
                assertThat(message.getProperty("1ST_POP_TIME")).isEqualTo(Long.toString(first.popTime));
                assertThat(PopClient.receipt(message).split(" ", -1)).hasSize(8);
                assertThat(PopClient.receipt(message).split(" ", -1)[4]).isEqualTo("1");
            }
            assertThat(second.getReconsumeTimes()).isEqualTo(1);
            assertThat(third.getReconsumeTimes()).isEqualTo(2);
            assertThat(third.getProperties().keySet())
                    .containsExactlyInAnyOrderElementsOf(second.getProperties().keySet());
            assertThat(bench.pops.ack(third)).isEqualTo("OK");
        }
    }

    public void changesTheInvisibleTime(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "pophide", 1);
            bench.send("sooner", "later");
            List<MessageExt> taken = bench.pops.popAll(PopClient.request().invisible(6_000), 2);
            String later = bench.pops.hide(taken.get(1), 60_000);
            String sooner = bench.pops.hide(taken.get(0), 1_000);

            MessageExt again = bench.pops.popSome(PopClient.request()).messages.getFirst();

            assertThat(later.split(" ", -1)).hasSize(8);
            assertThat(later.split(" ", -1)[2]).isEqualTo("60000");
            assertThat(sooner.split(" ", -1)[7])
                    .isEqualTo(Long.toString(taken.get(0).getQueueOffset()));
            assertThat(Clients.body(again)).isEqualTo("sooner");
            assertThat(again.getReconsumeTimes()).isEqualTo(1);
            assertThat(bench.pops.pop(PopClient.request().poll(9_000)).bodies()).isEmpty();
            assertThat(bench.pops.ack(taken.get(1), later)).isEqualTo("OK");
        }
    }

    public void acknowledgesManyAtOnce(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "popbatch", 2);
            for (MessageQueue queue : bench.queues) {
                Clients.sendInOrder(bench.producer, queue, "q" + queue.getQueueId(), 10);
            }
            List<MessageExt> taken = bench.pops.popAll(PopClient.request().invisible(4_000), 20);
            List<MessageExt> kept = taken.subList(0, 3);

            assertThat(bench.pops.batchAck(taken.subList(3, 20))).isEqualTo("OK");

            List<MessageExt> again = bench.pops.popAll(PopClient.request(), 3);
            assertThat(again.stream().map(Clients::body))
                    .containsExactlyInAnyOrderElementsOf(
                            kept.stream().map(Clients::body).toList());
            assertThat(bench.pops.batchAck(again)).isEqualTo("OK");
            assertThat(bench.pops.pop(PopClient.request().poll(4_000)).bodies()).isEmpty();
        }
    }

    public void blocksAQueueInOrder(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "poporder", 1);
            bench.send("a", "b", "c", "d");
            PopClient.Request two = PopClient.request().ordered().count(2);
            List<MessageExt> taken = bench.pops.popSome(two).messages;
            assertThat(taken.stream().map(Clients::body)).containsExactly("a", "b");

            assertThat(bench.pops.pop(two.poll(500)).bodies()).isEmpty();
            assertThat(bench.pops.ack(taken.get(0))).isEqualTo("OK");
            assertThat(bench.pops.pop(two.poll(500)).bodies()).isEmpty();
            assertThat(bench.pops.ack(taken.get(1))).isEqualTo("OK");

            List<MessageExt> next =
                    bench.pops.popSome(PopClient.request().ordered().invisible(2_000)).messages;
            assertThat(next.stream().map(Clients::body)).containsExactly("c", "d");
            assertThat(next.get(0).getReconsumeTimes()).isZero();
            assertThat(PopClient.receipt(next.get(0)).split(" ", -1)[3]).isEqualTo("999");
            assertThat(bench.pops.ack(next.get(0))).isEqualTo("OK");

            List<MessageExt> again = bench.pops.popSome(PopClient.request().ordered()).messages;
            assertThat(again.stream().map(Clients::body)).containsExactly("d");
            assertThat(again.get(0).getReconsumeTimes()).isEqualTo(1);
            assertThat(again.get(0).getTopic()).isEqualTo(bench.topic);
            assertThat(bench.pops.hide(again.get(0), 1_000)).isNotNull();
            List<MessageExt> last = bench.pops.popSome(PopClient.request().ordered()).messages;
            assertThat(last.stream().map(Clients::body)).containsExactly("d");
            assertThat(last.get(0).getReconsumeTimes()).isEqualTo(2);
            assertThat(bench.pops.ack(last.get(0))).isEqualTo("OK");
        }
    }

    public void filtersByTagAndByExpression(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "popfilter", 1);
            for (int index = 0; index < 6; index++) {
                Message message = Clients.tagged(bench.topic, index % 2 == 0 ? "even" : "odd", "m-" + index);
                message.putUserProperty("n", Integer.toString(index));
                bench.producer.send(message);
            }
            PopClient byTag = new PopClient(env, bench.producer, env.name("popTagG"), bench.topic);
            PopClient bySql = new PopClient(env, bench.producer, env.name("popSqlG"), bench.topic);

            List<MessageExt> even = byTag.popAll(PopClient.request().filter("TAG", "even"), 3);
            List<MessageExt> high = bySql.popAll(PopClient.request().filter("SQL92", "n > 3"), 2);

            assertThat(even.stream().map(Clients::body)).containsExactly("m-0", "m-2", "m-4");
            assertThat(high.stream().map(Clients::body)).containsExactly("m-4", "m-5");
        }
    }

    /** RocketMQ's broker takes any receipt whose offset is in the queue; ours one that a message in flight has. */
    public void staleAndForgedReceipts(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "popforged", 1);
            bench.send("a", "b");
            List<MessageExt> taken = bench.pops.popAll(PopClient.request(), 2);
            MessageExt message = taken.getFirst();
            String[] fields = PopClient.receipt(taken.get(1)).split(" ", -1);
            fields[3] = "5";
            String expected = env.kind() == ServerKind.APACHE ? "OK" : "NO_EXIST";

            assertThat(bench.pops.ack(message)).isEqualTo("OK");
            assertThat(bench.pops.ack(message)).isEqualTo(expected);
            if (env.kind() != ServerKind.APACHE) {
                assertThat(bench.pops.ack(taken.get(1), String.join(" ", fields)))
                        .isEqualTo(expected);
                assertThat(bench.pops.hide(message, 1_000)).isNull();
            }
            Map<String, String> ack = Map.of(
                    "consumerGroup",
                    env.name("popforgedG"),
                    "topic",
                    bench.topic,
                    "queueId",
                    "0",
                    "offset",
                    "1000",
                    "extraInfo",
                    PopClient.receipt(message));
            assertThat(bench.pops.invoke(ACK, ack).getCode()).isEqualTo(NO_MESSAGE);
        }
    }

    /** RocketMQ's broker leaves it to consumers to give up; ours gives up after the group's number of attempts too. */
    public void deadLetters(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Bench bench = Bench.open(clients, env, "popdead", 1);
            bench.pops.createGroup(1);
            bench.send("given-up", "tried");
            List<MessageExt> taken = bench.pops.popAll(PopClient.request().invisible(2_000), 2);
            MessageExt givenUp = taken.getFirst();
            bench.pops.invoke(
                    SEND_BACK,
                    Map.of(
                            "offset",
                            Long.toString(givenUp.getCommitLogOffset()),
                            "group",
                            env.name("popdeadG"),
                            "delayLevel",
                            "-1",
                            "originMsgId",
                            givenUp.getMsgId(),
                            "originTopic",
                            bench.topic,
                            "unitMode",
                            "false"));
            assertThat(bench.pops.ack(givenUp)).isEqualTo("OK");
            MessageExt second = bench.pops
                    .popSome(PopClient.request().invisible(2_000))
                    .messages
                    .getFirst();
            assertThat(Clients.body(second)).isEqualTo("tried");
            assertThat(second.getReconsumeTimes()).isEqualTo(1);

            PopClient dead = new PopClient(env, bench.producer, env.name("popdeadR"), "%DLQ%" + env.name("popdeadG"));
            List<String> letters = new ArrayList<>();
            if (env.kind() == ServerKind.APACHE) {
                assertThat(bench.pops
                                .popSome(PopClient.request())
                                .messages
                                .getFirst()
                                .getReconsumeTimes())
                        .isEqualTo(2);
                dead.popAll(PopClient.request(), 1).forEach(each -> letters.add(Clients.body(each)));
                assertThat(letters).containsExactly("given-up");
            } else {
                dead.popAll(PopClient.request(), 2).forEach(each -> letters.add(Clients.body(each)));
                assertThat(letters).containsExactlyInAnyOrder("given-up", "tried");
            }
        }
    }
}
