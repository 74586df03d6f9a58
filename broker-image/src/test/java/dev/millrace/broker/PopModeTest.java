package dev.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.AssignmentQuery;
import dev.millrace.protocol.body.Assignments;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.RequestMode;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.PopRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who pulls and who takes, and from which queues. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder.
final class PopModeTest {
    @TempDir
    Path folder;

    private static void join(RunningBroker broker) {
        broker.ask(new MemberRequest.Heartbeat(new HeartbeatData(
                "client-1",
                Set.of(new ConsumerData(null, "CONSUME_PASSIVELY", "g", "CLUSTERING", Set.of(), false)),
                0,
                Set.of(),
                false)));
    }

    private static List<Assignments.Assignment> assigned(RunningBroker broker, String topic) {
        Answer answer = broker.ask(
                new PopRequest.QueryAssignment(new AssignmentQuery("client-1", "g", "CLUSTERING", "AVG", topic)));
        return Objects.requireNonNull(
                BodyJson.read(Assignments.class, answer.body()).messageQueueAssignments());
    }

    private static Answer set(RunningBroker broker, String topic, RequestMode.Kind kind) {
        return broker.ask(new PopRequest.SetRequestMode(new RequestMode("g", kind, 0, topic)));
    }

    @Test
    void aGroupPullsUntilItIsToldToTake() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            broker.ask(RunningBroker.message("orders", 0, "", "a"));
            join(broker);
            assertThat(assigned(broker, "orders"))
                    .hasSize(4)
                    .allMatch(each -> each.mode() == RequestMode.Kind.PULL
                            && each.messageQueue().queueId() >= 0);

            assertThat(set(broker, "orders", RequestMode.Kind.POP).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);

            assertThat(assigned(broker, "orders")).singleElement().satisfies(each -> {
                assertThat(each.mode()).isEqualTo(RequestMode.Kind.POP);
                assertThat(each.messageQueue().queueId()).isEqualTo(-1);
                assertThat(each.messageQueue().brokerName()).isEqualTo("broker-0");
            });
            assertThat(assigned(broker, "%RETRY%g")).allMatch(each -> each.mode() == RequestMode.Kind.PULL);
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            join(broker);
            RequestModes all = BodyJson.read(
                    RequestModes.class,
                    broker.ask(new PopRequest.GetAllRequestModes()).body());

            assertThat(assigned(broker, "orders")).allMatch(each -> each.mode() == RequestMode.Kind.POP);
            assertThat(all.messageRequestModeMap().get("orders")).containsKey("g");
            set(broker, "orders", RequestMode.Kind.PULL);
            assertThat(assigned(broker, "orders")).hasSize(4);
        }
    }

    @Test
    void refusesModesOfRetryTopicsAndOfTopicsThatAreNotThere() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            assertThat(set(broker, "%RETRY%g", RequestMode.Kind.POP).responseCode())
                    .isEqualTo(ResponseCode.NO_PERMISSION);
            assertThat(set(broker, "none", RequestMode.Kind.POP).responseCode())
                    .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        }
    }

    @Test
    void tellsClientsToGoOnWhenItDoesNotKnow() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            broker.ask(RunningBroker.message("orders", 0, "", "a"));

            Answer noMembers = broker.ask(new PopRequest.QueryAssignment(
                    new AssignmentQuery("client-1", "g", "CLUSTERING", "AVG", "orders")));
            join(broker);
            Answer strategy = broker.ask(new PopRequest.QueryAssignment(
                    new AssignmentQuery("client-1", "g", "CLUSTERING", "OTHER", "orders")));
            Answer everyQueue = broker.ask(new PopRequest.QueryAssignment(
                    new AssignmentQuery("client-9", "g", "BROADCASTING", "AVG", "orders")));

            assertThat(new String(noMembers.body(), StandardCharsets.UTF_8)).isEqualTo("{}");
            assertThat(new String(strategy.body(), StandardCharsets.UTF_8)).isEqualTo("{}");
            assertThat(BodyJson.read(Assignments.class, everyQueue.body()).messageQueueAssignments())
                    .hasSize(4);
        }
    }
}
