package dev.millrace.examples.orders;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The cluster that samples use: the one of {@code ./millrace up}, or the one that {@code MILLRACE_NAMESRV} names. */
final class Cluster {
    private static final String LOCAL = "127.0.0.1:9876";
    private static final int QUEUE_COUNT = 4;
    private static final int LOOK_AGAIN_MS = 50;

    private Cluster() {}

    static MillraceClient connect() {
        return MillraceClient.builder()
                .namesrv(Objects.requireNonNullElse(System.getenv("MILLRACE_NAMESRV"), LOCAL))
                .build();
    }

    /** Makes a topic, and waits until the NameServer shows it. */
    static void createTopic(MillraceClient client, String topic) throws InterruptedException {
        Admin admin = Admin.of(client);
        admin.createTopic(TopicSpec.of(topic, QUEUE_COUNT));
        while (admin.describeTopic(topic).isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
    }
}
