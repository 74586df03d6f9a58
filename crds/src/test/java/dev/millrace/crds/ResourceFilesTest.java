package dev.millrace.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.schema.Problem;
import dev.millrace.crds.v1beta1.BrokersSpec;
import dev.millrace.crds.v1beta1.ListenerSpec;
import dev.millrace.crds.v1beta1.MessageCluster;
import dev.millrace.crds.v1beta1.Resource;
import dev.millrace.crds.v1beta1.Topic;
import dev.millrace.crds.v1beta1.TopicSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceFilesTest {
    private static final String HEAD = "apiVersion: millrace.dev/v1beta1\nkind: %s\nmetadata: {name: %s}\n";
    private static final String SMALLEST =
            HEAD.formatted("MessageCluster", "shop") + "spec: {brokers: {storage: {size: 1Gi}}}\n";
    private static final String TOPIC = HEAD.formatted("Topic", "orders") + "spec: {clusterRef: {name: shop}%s}\n";

    @Test
    void fillsEveryDefaultOfTheSmallestCluster() {
        var cluster = (MessageCluster) only(SMALLEST);

        var spec = cluster.spec();
        assertThat(spec.nameServers().replicas()).isEqualTo(3);
        assertThat(spec.brokers().groups()).isEqualTo(1);
        assertThat(spec.brokers().copies()).isEqualTo(3);
        assertThat(spec.brokers().durability().acks()).isEqualTo(BrokersSpec.Acks.ALL_IN_SYNC);
        assertThat(spec.brokers().durability().flush()).isEqualTo(BrokersSpec.Flush.ASYNC);
        assertThat(spec.brokers().durability().minInSync()).isNull();
        assertThat(spec.brokers().failover().lease()).isEqualTo(new BrokersSpec.Lease(10, 3));
        assertThat(spec.brokers().drain().routeSettle()).isEqualTo("90s");
        assertThat(spec.brokers().config()).isEmpty();
        assertThat(spec.listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.port()).isEqualTo(10911);
            assertThat(listener.type()).isEqualTo(ListenerSpec.Type.INTERNAL);
        });
        assertThat(spec.autoCreate().topics()).isFalse();
        assertThat(spec.networkPolicy().enabled()).isTrue();
        assertThat(spec.security().acl().enabled()).isTrue();
    }

    @Test
    void fillsEveryDefaultOfTheSmallestTopic() {
        var topic = (Topic) only(TOPIC.formatted(""));

        assertThat(topic.topicName()).isEqualTo("orders");
        assertThat(topic.spec().type()).isEqualTo(TopicSpec.Type.NORMAL);
        assertThat(topic.spec().queuesPerGroup()).isEqualTo(8);
        assertThat(topic.spec().permission()).isEqualTo(TopicSpec.Permission.READ_WRITE);
        assertThat(topic.spec().deletionPolicy()).isEqualTo(TopicSpec.DeletionPolicy.RETAIN);
        assertThat(topic.spec().backlog()).isNull();
    }

    @Test
    void makesAttributesOfADeduplicationWindow() {
        var topic = (Topic) only(TOPIC.formatted(", deduplication: {window: 1m30s, key: Keys}"));

        assertThat(topic.brokerAttributes())
                .containsEntry("dedup.window.time", "90000ms")
                .containsEntry("dedup.window.count", "1000000")
                .containsEntry("dedup.key", "KEYS");
        assertThat(((Topic) only(TOPIC.formatted(""))).brokerAttributes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{window: soon}",
                "{window: 0s}",
                "{window: 169h}",
                "{window: 1m, count: 0}",
                "{window: 1m, count: 10000001}",
                "{window: 1m, key: Body}"
            })
    void refusesImpossibleWindows(String window) {
        assertThat(problems(TOPIC.formatted(", deduplication: " + window)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).startsWith("spec.deduplication"));
    }

    @Test
    void refusesAWindowThatIsSaidTwice() {
        String twice = ", attributes: {dedup.window.time: 5m}, deduplication: {window: 1m}";

        assertThat(problems(TOPIC.formatted(twice)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.remedy()).contains("deduplication"));
    }

    @Test
    void readsSeveralDocumentsOfSeveralFilesInOrder(@TempDir Path folder) throws Exception {
        Path first = Files.writeString(folder.resolve("a.yaml"), "---\n" + SMALLEST + "---\n" + TOPIC.formatted(""));
        Path second = Files.writeString(
                folder.resolve("b.yaml"), HEAD.formatted("Topic", "x") + "spec: {clusterRef: {name: shop}}\n---\n");

        var outcome = ResourceFiles.load(List.of(first, second));

        assertThat(((LoadOutcome.Loaded) outcome).resources())
                .extracting(resource -> resource.metadata().name())
                .containsExactly("shop", "orders", "x");
    }

    @Test
    void acceptsWhatTheApiServerWrites() {
        var resource = only("""
                apiVersion: millrace.dev/v1beta1
                kind: Topic
                metadata:
                  name: orders
                  uid: 1f2e
                  resourceVersion: "12"
                  creationTimestamp: "2026-01-01T00:00:00Z"
                  labels: {team: a}
                spec: {clusterRef: {name: shop}, resync: null, backlog: {for: 90s}}
                status: {topicName: orders}
                """);

        assertThat(((Topic) resource).spec().resync()).isEqualTo("60s");
        assertThat(((Topic) resource).metadata().labels()).containsEntry("team", "a");
    }

    @Test
    void keepsFreeFormObjects() {
        var cluster = (MessageCluster)
                only(brokers("storage: {size: 1Gi}, template: {tolerations: [{key: a}], hostNetwork: false}"));

        assertThat(cluster.spec().brokers().template())
                .containsEntry("tolerations", List.of(Map.of("key", "a")))
                .containsEntry("hostNetwork", false);
    }

    @Test
    void namesFileLinePathValueAndRemedy() {
        String text = HEAD.formatted("MessageCluster", "shop")
                + "spec:\n  brokers:\n    copies: 9\n    storage:\n      size: 1Gi\n";

        var problem = problems(text).getFirst();

        assertThat(problem)
                .hasToString("test.yaml:6: spec.brokers.copies: '9' is out of range; give a whole number from 1 to 5");
    }

    @Test
    void reportsEveryProblemAtOnce() {
        var problems = problems(brokers("groups: 0, copise: 3, durability: {acks: Some}, storage: {}"));

        assertThat(problems)
                .extracting(Problem::path)
                .containsExactly(
                        "spec.brokers.copise",
                        "spec.brokers.groups",
                        "spec.brokers.durability.acks",
                        "spec.brokers.storage.size");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "storage: {size: abc}                                             | spec.brokers.storage.size        | 'abc' is no size",
                "storage: {size: 0Gi}                                             | spec.brokers.storage.size        | '0Gi' is no size",
                "storage: {size: 10}                                              | spec.brokers.storage.size        | is a number, not a text",
                "storage: {size: 1Gi}, copies: 1                                  | spec.brokers.copies              | failover needs at least 2 copies",
                "storage: {size: 1Gi}, copies: 2, durability: {minInSync: 3}      | spec.brokers.durability.minInSync| minInSync 3 is more than copies 2",
                "storage: {size: 1Gi}, durability: {minInSync: 2, acks: Async}    | spec.brokers.durability.minInSync| minInSync 2 with acks: Async",
                "storage: {size: 1Gi}, failover: {suspicion: 499ms}               | spec.brokers.failover.suspicion  | '499ms' is too short",
                "storage: {size: 1Gi}, failover: {suspicion: soon}                | spec.brokers.failover.suspicion  | does not match",
                "storage: {size: 1Gi}, failover: {lease: {durationSeconds: 8}}    | spec.brokers.failover.lease      | durationSeconds 8 is less than 3 x renewSeconds 3",
                "storage: {size: 1Gi}, failover: {enabled: yes}                   | spec.brokers.failover.enabled    | 'yes' is neither true nor false",
                "storage: {size: 1Gi}, drain: {routeSettle: 59s}                  | spec.brokers.drain.routeSettle   | '59s' is too short",
                "storage: {size: 1Gi}, config: {brokerName: x}                    | spec.brokers.config.brokerName   | identity, address and path keys",
                "storage: {size: 1Gi}, config: {store.path: x}                    | spec.brokers.config.store.path   | identity, address and path keys",
                "storage: {size: 1Gi}, config: {store.flush.mode: Sync} | spec.brokers.config.store.flush.mode | has a field of its own",
                "storage: {size: 1Gi}, config: {some.key: 5}                      | spec.brokers.config.some.key     | is a number, not a text",
                "storage: {size: 1Gi}, template: {hostNetwork: true}              | spec.brokers.template.hostNetwork| hostNetwork",
                "storage: {size: 1Gi}, overrides: [{group: 1}, {group: 1}]        | spec.brokers.overrides[1]        | '1' has the group of another entry",
                "storage: {size: 1Gi}, overrides: [{group: 1, storage: {size: x}}]| spec.brokers.overrides[0].storage.size | 'x' is no size",
                "storage: {size: 1Gi}, jvm: {heapPercent: 99}                     | spec.brokers.jvm.heapPercent     | '99' is out of range",
                "storage: [1]                                                     | spec.brokers.storage             | a list of 1 where fields belong",
                "storage: {size: 1Gi, size: 2Gi}                                  | spec.brokers.storage.size        | is given twice",
            })
    void refusesWhatTheApiServerRefusesInBrokers(String brokers, String path, String what) {
        var problems = problems(brokers(brokers));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.what()).contains(what);
            assertThat(problem.remedy()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "topicName: TBW102            | spec.topicName      | is the name of a system topic",
                "topicName: rmq_sys_x         | spec.topicName      | is the name of a system topic",
                "topicName: a.b               | spec.topicName      | does not match",
                "type: Odd                    | spec.type           | is no choice here",
                "queuesPerGroup: 0            | spec.queuesPerGroup | is out of range",
                "queuesPerGroup: 1.5          | spec.queuesPerGroup | is no whole number",
                "queuesPerGroup: 99999999999999999999 | spec.queuesPerGroup | is out of range",
                "groups: [a, a]               | spec.groups[1]      | stands twice",
                "groups: a                    | spec.groups         | is no list",
                "resync: 5                    | spec.resync         | is a number, not a text",
                "colour: red                  | spec.colour         | is no field here",
                "backlog: {action: Shout}     | spec.backlog.action | is no choice here",
            })
    void refusesWhatTheApiServerRefusesInTopics(String field, String path, String what) {
        var problems = problems(TOPIC.formatted(", " + field));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.what()).contains(what);
        });
    }

    @Test
    void refusesTwoListenersOnOnePort() {
        var problems = problems(HEAD.formatted("MessageCluster", "shop")
                + "spec: {brokers: {storage: {size: 1Gi}}, listeners: [{name: a, port: 1}, {name: b, port: 1}]}");

        assertThat(problems.getFirst().path()).isEqualTo("spec.listeners[1].port");
    }

    @Test
    void refusesATopicWhoseOwnNameIsNoTopicName() {
        var problems = problems(HEAD.formatted("Topic", "a.b") + "spec: {clusterRef: {name: shop}}");

        assertThat(problems.getFirst().what()).contains("'a.b' is no topic name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: Topic\n",
                "apiVersion: millrace.dev/v2\nkind: Topic\n",
                "apiVersion: millrace.dev/v1beta1\nkind: MessageUser\n",
                "apiVersion: millrace.dev/v1beta1\nkind: Pod\n",
                "just a text",
                "a: [1, 2",
                "a: *nowhere",
            })
    void refusesDocumentsThatAreNoResourceOfOurs(String text) {
        assertThat(problems(text)).hasSize(1);
    }

    @Test
    void refusesTheSameResourceTwice() {
        assertThat(problems(SMALLEST + "---\n" + SMALLEST))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("is there twice"));
    }

    @Test
    void refusesAFileThatIsNotThere(@TempDir Path folder) {
        Path missing = folder.resolve("none.yaml");

        var outcome = (LoadOutcome.Refused) ResourceFiles.load(List.of(missing));

        assertThat(outcome.problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains(missing.toString(), "there is no such file"));
    }

    @Test
    void boundsWhatAliasesUnfold() {
        var text = new StringBuilder("a0: &a0 {x: 1}\n");
        for (int i = 1; i < 20; i++) {
            text.append("a%d: &a%d {p: *a%d, q: *a%d}\n".formatted(i, i, i - 1, i - 1));
        }
        String template = text.toString().indent(6);

        var problems = problems(HEAD.formatted("MessageCluster", "shop")
                + "spec:\n  brokers:\n    storage: {size: 1Gi}\n    template:\n" + template);

        assertThat(problems)
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("too large"));
    }

    @Test
    void boundsTheProblemsItKeeps() {
        var text = new StringBuilder(HEAD.formatted("MessageCluster", "shop")).append("spec:\n");
        for (int i = 0; i < 500; i++) {
            text.append("  x").append(i).append(": 1\n");
        }

        assertThat(problems(text.toString())).hasSize(100);
    }

    private static String brokers(String fields) {
        return HEAD.formatted("MessageCluster", "shop") + "spec: {brokers: {" + fields + "}}\n";
    }

    private static Resource only(String text) {
        var outcome = ResourceFiles.parse(Map.of("test.yaml", text));
        assertThat(outcome).isInstanceOf(LoadOutcome.Loaded.class);
        return ((LoadOutcome.Loaded) outcome).resources().getFirst();
    }

    private static List<Problem> problems(String text) {
        var outcome = ResourceFiles.parse(Map.of("test.yaml", text));
        assertThat(outcome).isInstanceOf(LoadOutcome.Refused.class);
        return ((LoadOutcome.Refused) outcome).problems();
    }
}
