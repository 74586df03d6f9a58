package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ClientConfigCheck;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.message.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQL92 filters over the wire: pulls, subscriptions, long polls, errors. */
final class SqlFilterRequestsTest {
    private static final String BAD = "price > 'x'";

    @SuppressWarnings("NullAway.Init") // started before each test
    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path folder) {
        broker = new RunningBroker(folder);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static PullMessage pull(String topic, long offset, String type, String expression, long waitMs) {
        int flag = PullMessage.FLAG_SUBSCRIPTION | (waitMs > 0 ? PullMessage.FLAG_SUSPEND : 0);
        return new PullMessage(
                "readers",
                topic,
                0,
                offset,
                new PullMessage.Limits(32, -1),
                flag,
                0,
                waitMs,
                new PullMessage.Filter(expression, type, 0));
    }

    private static PullMessage subscribedPull(String group, String topic) {
        return new PullMessage(
                group, topic, 0, 0, new PullMessage.Limits(32, -1), 0, 0, 0, new PullMessage.Filter("", "TAG", 1));
    }

    private static SubscriptionData subscription(String topic, String type, String expression) {
        return new SubscriptionData(false, Set.of(), type, expression, 1, Set.of(), topic);
    }

    private void subscribe(String group, SubscriptionData subscription) {
        ConsumerData consumer = new ConsumerData(
                "CONSUME_FROM_LAST_OFFSET", "CONSUME_PASSIVELY", group, "CLUSTERING", Set.of(subscription), false);
        broker.ask(new MemberRequest.Heartbeat(new HeartbeatData("c-" + group, Set.of(consumer), 0, Set.of(), false)));
    }

    private void send(String topic, String price, String body) {
        broker.ask(message(topic, 0, "price\u0001" + price + "\u0002TAGS\u0001T" + price + "\u0002", body));
    }

    /** Waits until so many messages can be read; also creates the group. */
    private void awaitMessages(String topic, int count) {
        long next = 0;
        while (next < count) {
            Answer answer = broker.ask(pull(topic, next, "TAG", "*", 15_000));
            assertThat(answer.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            next = answer.number("nextBeginOffset");
        }
    }

    private static List<String> bodies(Answer answer) {
        ByteBuffer records = ByteBuffer.wrap(answer.body());
        List<String> bodies = new ArrayList<>();
        for (int at = 0; at < records.limit(); at += records.getInt(at)) {
            bodies.add(new String(StoredMessage.decode(records, at).body(), StandardCharsets.UTF_8));
        }
        return bodies;
    }

    @Test
    void deliversWhatMatchesTheExpressionOfAPull() {
        for (String price : List.of("5", "15", "x", "25")) {
            send("prices", price, "of " + price);
        }
        awaitMessages("prices", 4);

        Answer answer = broker.ask(pull("prices", 0, "SQL92", "price > 10 AND TAGS <> 'T25' OR price = '5'", 0));

        assertThat(bodies(answer)).containsExactly("of 5", "of 15");
        assertThat(bodies(broker.ask(pull("prices", 0, "SQL92", "price = '5' OR price > 10", 0))))
                .containsExactly("of 5", "of 15", "of 25");
        assertThat(answer.number("nextBeginOffset")).isEqualTo(4);
    }

    @Test
    void movesOnOverManyMessagesThatDoNotMatch() {
        for (int i = 0; i < 1_100; i++) {
            send("many", "1", "no");
        }
        send("many", "2", "yes");
        awaitMessages("many", 1_101);

        Answer first = broker.ask(pull("many", 0, "SQL92", "price > 1", 5_000));
        Answer second = broker.ask(pull("many", first.number("nextBeginOffset"), "SQL92", "price > 1", 5_000));

        assertThat(first.responseCode()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        assertThat(first.number("nextBeginOffset")).isEqualTo(1_000);
        assertThat(bodies(second)).containsExactly("yes");
    }

    @Test
    void answersAParkedPullOnlyWithAMatch() {
        send("parked", "1", "first");
        awaitMessages("parked", 1);
        CompletableFuture<Answer> waiting = broker.askLater(pull("parked", 1, "SQL92", "price > 10", 15_000));

        send("parked", "2", "no");
        send("parked", "3", "no");
        send("parked", "20", "yes");
        Answer answer = waiting.join();

        assertThat(bodies(answer)).containsExactly("yes");
        assertThat(answer.number("nextBeginOffset")).isEqualTo(4);
    }

    @Test
    void tellsAPullThatWaitedInVainHowFarItCame() {
        send("vain", "1", "first");
        awaitMessages("vain", 1);
        CompletableFuture<Answer> waiting = broker.askLater(pull("vain", 1, "SQL92", "price > 10", 3_000));
        send("vain", "2", "no");

        Answer answer = waiting.join();

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        assertThat(answer.number("nextBeginOffset")).isEqualTo(2);
    }

    @Test
    void usesTheSubscriptionOfEachGroup() {
        for (String price : List.of("5", "15", "25")) {
            send("shared", price, "of " + price);
        }
        awaitMessages("shared", 3);

        subscribe("sql", subscription("shared", "SQL92", "price BETWEEN 10 AND 20"));
        subscribe("tags", subscription("shared", "TAG", "T5 || T25"));

        assertThat(bodies(broker.ask(subscribedPull("sql", "shared")))).containsExactly("of 15");
        assertThat(bodies(broker.ask(subscribedPull("tags", "shared")))).containsExactly("of 5", "of 25");
    }

    @Test
    void refusesABadExpressionWithItsPlace() {
        send("bad", "5", "x");
        subscribe("bad", subscription("bad", "SQL92", BAD));

        Answer checked = broker.ask(new MemberRequest.CheckClientConfig(
                new ClientConfigCheck("c", "bad", null, subscription("bad", "SQL92", BAD))));
        Answer pulled = broker.ask(pull("bad", 0, "SQL92", BAD, 0));
        Answer subscribed = broker.ask(subscribedPull("bad", "bad"));

        assertThat(checked.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
        assertThat(checked.remark()).startsWith("SQL92 filter, column 7: '>' compares numbers");
        assertThat(pulled.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
        assertThat(pulled.remark()).contains("parse the consumer's subscription failed", "column 7");
        assertThat(subscribed.responseCode()).isEqualTo(ResponseCode.FILTER_DATA_NOT_EXIST);
        assertThat(subscribed.remark()).contains("the filter of bad for bad was refused", "column 7");
    }

    @Test
    void acceptsAGoodExpressionAndNoOtherType() {
        Answer good = broker.ask(new MemberRequest.CheckClientConfig(
                new ClientConfigCheck("c", "g", null, subscription("t", "SQL92", "a IS NOT NULL"))));
        Answer other = broker.ask(new MemberRequest.CheckClientConfig(
                new ClientConfigCheck("c", "g", null, subscription("t", "XPATH", "a"))));

        assertThat(good.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(other.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
        assertThat(other.remark()).contains("the filter type 'XPATH' is unknown; use TAG or SQL92");
    }

    @Test
    void looksAtNoMoreRecordsThanItMayHoweverManyTheClientWants() {
        // The first is waited for, since it creates the topic.
        broker.ask(message("long", 0, "price\u00011\u0002", "x"));
        for (int i = 1; i < 1200; i++) {
            broker.askLater(message("long", 0, "price\u00011\u0002", "x"));
        }
        awaitMessages("long", 1200);

        Answer answer = broker.ask(wide("long", 0, "price > 10"));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        assertThat(answer.number("nextBeginOffset")).isEqualTo(1000);
        assertThat(broker.ask(wide("long", 1000, "price > 10")).number("nextBeginOffset"))
                .isEqualTo(1200);
    }

    @Test
    void looksAtNoMoreBytesOfPropertiesThanItMay() {
        String large = "price\u00011\u0002P\u0001" + "x".repeat(30_000) + "\u0002";
        for (int i = 0; i < 60; i++) {
            broker.ask(message("large", 0, large, "x"));
        }
        awaitMessages("large", 60);

        Answer answer = broker.ask(wide("large", 0, "price > 10"));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        assertThat(answer.number("nextBeginOffset")).isBetween(30L, 40L);
    }

    /** A pull that asks for as many messages as one may. */
    private static PullMessage wide(String topic, long offset, String expression) {
        return new PullMessage(
                "readers",
                topic,
                0,
                offset,
                new PullMessage.Limits(100_000, -1),
                PullMessage.FLAG_SUBSCRIPTION,
                0,
                0,
                new PullMessage.Filter(expression, "SQL92", 0));
    }
}
