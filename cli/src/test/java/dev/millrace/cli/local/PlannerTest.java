package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LoadOutcome;
import dev.millrace.crds.ResourceFiles;
import dev.millrace.crds.v1beta1.Resource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final DataFolder FOLDER = new DataFolder(Path.of("/data"));
    private static final String TOPIC = """
            ---
            apiVersion: millrace.dev/v1beta1
            kind: Topic
            metadata: {name: orders}
            spec: {clusterRef: {name: %s}}
            """;

    @Test
    void plansOneProcessForEachServer() {
        var plan = planned(cluster(2, 10911, 2, 1) + TOPIC.formatted("shop"), OptionalInt.empty());

        assertThat(plan.servers())
                .extracting(ServerPlan::name)
                .containsExactly("shop-ns0", "shop-ns1", "shop-g0", "shop-g1");
        assertThat(plan.servers())
                .extracting(ServerPlan::address)
                .containsExactly("127.0.0.1:9876", "127.0.0.1:9878", "127.0.0.1:10911", "127.0.0.1:10921");
        assertThat(plan.servers().getLast().ports()).containsExactly(10921, 10919, 10922, 10923);
        assertThat(plan.nameServers()).isEqualTo("127.0.0.1:9876;127.0.0.1:9878");
        assertThat(plan.topics())
                .singleElement()
                .satisfies(topic -> assertThat(topic.topicName()).isEqualTo("orders"));
    }

    @Test
    void writesTheConfigurationOfEachServer() {
        var plan = planned(cluster(1, 10911, 1, 1), OptionalInt.empty());

        assertThat(plan.servers().getFirst().configText())
                .isEqualTo("namesrv.extra=a\nnamesrv.host=127.0.0.1\nnamesrv.http-port=9877\nnamesrv.port=9876\n");
        assertThat(plan.servers().getLast().configText()).isEqualTo("""
                broker.auto-create-groups=false
                broker.auto-create-topics=true
                broker.cluster=shop
                broker.host=127.0.0.1
                broker.http-port=10913
                broker.name=shop-g0
                broker.namesrv=127.0.0.1:9876
                broker.port=10911
                store.flush.mode=Sync
                store.path=/data/data/shop-g0
                store.segment-size=64MiB
                """);
    }

    @Test
    void takesThePortOfTheInternalListenerUnlessToldOtherwise() {
        assertThat(planned(cluster(1, 20911, 1, 1), OptionalInt.empty())
                        .servers()
                        .getLast()
                        .port())
                .isEqualTo(20911);
        assertThat(planned(cluster(1, 20911, 1, 1), OptionalInt.of(30911))
                        .servers()
                        .getLast()
                        .port())
                .isEqualTo(30911);
    }

    @Test
    void plansOneProcessForEachCopy() {
        var plan = planned(cluster(1, 10911, 2, 3), OptionalInt.empty());

        assertThat(plan.servers())
                .extracting(ServerPlan::name)
                .containsExactly(
                        "shop-ns0", "shop-g0-0", "shop-g0-1", "shop-g0-2", "shop-g1-0", "shop-g1-1", "shop-g1-2");
        assertThat(plan.servers())
                .extracting(ServerPlan::port)
                .containsExactly(9876, 10911, 10921, 10931, 10941, 10951, 10961);
        assertThat(plan.servers().get(2).ports()).containsExactly(10921, 10919, 10922, 10923);
        assertThat(plan.servers().getLast().copy()).contains(new CopyId("shop-g1", 2));
        assertThat(plan.brokers()).containsExactly("shop-g0", "shop-g1");
    }

    @Test
    void writesTheConfigurationOfACopy() {
        var plan = planned(cluster(1, 10911, 1, 3), OptionalInt.empty());

        assertThat(plan.servers().get(2).configText()).isEqualTo("""
                broker.auto-create-groups=false
                broker.auto-create-topics=true
                broker.cluster=shop
                broker.host=127.0.0.1
                broker.http-port=10923
                broker.name=shop-g0
                broker.namesrv=127.0.0.1:9876
                broker.port=10921
                group.copy=1
                group.peers=0=127.0.0.1:10912;1=127.0.0.1:10922;2=127.0.0.1:10932
                group.record=/data/groups/shop-g0
                store.flush.mode=Sync
                store.path=/data/data/shop-g0-1
                store.segment-size=64MiB
                """);
    }

    @Test
    void saysWhatAGroupPromises() {
        String yaml = cluster(1, 10911, 2, 3);

        assertThat(planned(yaml, OptionalInt.empty()).groups().getLast().applyArguments())
                .containsExactly(
                        "apply",
                        "--folder",
                        "/data/groups/shop-g1",
                        "--cluster",
                        "shop",
                        "--group",
                        "shop-g1",
                        "--copies",
                        "3",
                        "--min-in-sync",
                        "2",
                        "--acks",
                        "AllInSync",
                        "--suspicion-ms",
                        "3000",
                        "--lease-seconds",
                        "10",
                        "--renew-seconds",
                        "3");
        assertThat(minInSync(yaml.replace("flush: Sync", "flush: Sync, minInSync: 3")))
                .isEqualTo(3);
        assertThat(minInSync(yaml.replace("flush: Sync", "flush: Sync, acks: Async")))
                .isEqualTo(1);
        assertThat(minInSync(cluster(1, 10911, 1, 2))).isEqualTo(1);
        assertThat(planned(cluster(1, 10911, 2, 1), OptionalInt.empty()).groups())
                .isEmpty();
    }

    private static int minInSync(String yaml) {
        return planned(yaml, OptionalInt.empty()).groups().getFirst().minInSync();
    }

    @Test
    void refusesCopiesOfWhichNoneTakesOver() {
        assertThat(reasons(cluster(1, 10911, 1, 3).replace("enabled: true", "enabled: false")))
                .singleElement()
                .asString()
                .contains("'shop' asks for copies: 3", "say spec.brokers.failover.enabled: true");
    }

    @Test
    void refusesSettingsThatSayWhichCopyABrokerIs() {
        assertThat(reasons(cluster(1, 10911, 1, 1).replace("64MiB", "64MiB, group.copy: '1'")))
                .singleElement()
                .asString()
                .contains("'group.copy' in spec.brokers.config", "remove it");
    }

    @Test
    void refusesATopicNamedLikeAGroupOfCopies() {
        String topic = TOPIC.formatted("shop");

        assertThat(reasons(cluster(1, 10911, 1, 3) + topic.replace("orders", "shop-g0")))
                .hasSize(1);
        assertThat(planned(cluster(1, 10911, 1, 3) + topic, OptionalInt.empty()).topics())
                .hasSize(1);
    }

    @Test
    void refusesCopiesThatNeedMorePortsThanThereAre() {
        assertThat(reasons(cluster(1, 65_520, 1, 3)))
                .singleElement()
                .asString()
                .contains("shop-g0-2 would need port 65540", "--broker-port");
        assertThat(reasons(cluster(1, 9855, 1, 3)))
                .isNotEmpty()
                .allMatch(reason -> reason.contains("shop-g0-2 and shop-ns0 would both need port 987"));
    }

    @Test
    void refusesATopicOfAnotherCluster() {
        assertThat(reasons(cluster(1, 10911, 1, 1) + TOPIC.formatted("other")))
                .singleElement()
                .asString()
                .contains("'orders' belongs to cluster 'other'", "spec.clusterRef.name: shop");
    }

    @Test
    void refusesATopicNamedLikeTheClusterOrABroker() {
        String topic = TOPIC.formatted("shop");

        assertThat(reasons(cluster(1, 10911, 1, 1) + topic.replace("orders", "shop")))
                .singleElement()
                .asString()
                .contains("'shop', which brokers use themselves", "another spec.topicName");
        assertThat(reasons(cluster(1, 10911, 1, 1) + topic.replace("orders", "shop-g0")))
                .hasSize(1);
    }

    @Test
    void refusesATopicForABrokerGroupThatIsNotThere() {
        String topic = TOPIC.formatted("shop").replace("{clusterRef", "{groups: [shop-g7], clusterRef");

        assertThat(reasons(cluster(1, 10911, 1, 1) + topic))
                .singleElement()
                .asString()
                .contains("'shop-g7' in spec.groups, there are [shop-g0]");
    }

    @Test
    void refusesFilesWithoutExactlyOneCluster() {
        assertThat(reasons(TOPIC.formatted("shop"))).singleElement().asString().contains("0 MessageClusters");
        assertThat(reasons(cluster(1, 10911, 1, 1) + "---\n"
                        + cluster(1, 10911, 1, 1).replace("shop", "two")))
                .singleElement()
                .asString()
                .contains("2 MessageClusters");
    }

    @Test
    void refusesPortsThatClash() {
        assertThat(reasons(cluster(1, 9875, 1, 1)))
                .hasSize(2)
                .allMatch(reason -> reason.contains("both need port 987"));
        assertThat(reasons(cluster(1, 9874, 1, 1))).singleElement().asString().contains("both need port 9876");
        assertThat(reasons(cluster(1, 1, 1, 1))).singleElement().asString().contains("would need port -1");
    }

    @Test
    void escapesSettingsAsPropertiesReadThem() throws Exception {
        var settings = Map.of("a key:=#!", "C:\\dir\nnext = x", "b", " lead");
        var server = new ServerPlan("s", Role.BROKER, "h", 1, 0, List.of(1), Optional.empty(), settings);

        var read = new java.util.Properties();
        read.load(new java.io.StringReader(server.configText()));

        assertThat(read).isEqualTo(settings);
    }

    private static String cluster(int nameServers, int port, int groups, int copies) {
        return """
            apiVersion: millrace.dev/v1beta1
            kind: MessageCluster
            metadata: {name: shop}
            spec:
              nameServers: {replicas: %d, config: {namesrv.extra: a}}
              listeners: [{name: internal, port: %d}]
              autoCreate: {topics: true}
              brokers:
                groups: %d
                copies: %d
                failover: {enabled: %s}
                durability: {flush: Sync}
                config: {store.segment-size: 64MiB}
                storage: {size: 1Gi}
            """.formatted(nameServers, port, groups, copies, copies > 1);
    }

    private static PlanOutcome plan(String yaml, OptionalInt brokerPort) {
        List<Resource> resources = ((LoadOutcome.Loaded) ResourceFiles.parse(Map.of("t.yaml", yaml))).resources();
        return new Planner(FOLDER, Ports.NAMESRV_DEFAULT, brokerPort).plan(resources);
    }

    private static ClusterPlan planned(String yaml, OptionalInt brokerPort) {
        return ((PlanOutcome.Planned) plan(yaml, brokerPort)).plan();
    }

    private static List<String> reasons(String yaml) {
        return ((PlanOutcome.NotHere) plan(yaml, OptionalInt.empty())).reasons();
    }
}
