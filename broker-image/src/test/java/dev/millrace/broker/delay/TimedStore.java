package dev.millrace.broker.delay;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.store.Agent;
import dev.millrace.store.FaultyDisk;
import dev.millrace.store.TestAppend;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A store that is followed, and the agent that delivers, all run by hand. */
final class TimedStore implements AutoCloseable {
    static final Path FOLDER = Path.of("/store");
    private static final byte[] HOST = {127, 0, 0, 1, 0, 0, 42, (byte) 159};
    private static final int QUIET_ROUNDS = 3;

    final TestStore test;
    final TimerAgent agent;
    final TimerFollower follower;
    final ManualClock clock;
    private boolean isCrashed;

    TimedStore(FaultyDisk disk, ManualClock clock, String... settings) {
        this(TestStore.config(FOLDER), disk, clock, settings);
    }

    TimedStore(TestConfig config, FaultyDisk disk, ManualClock clock, String... settings) {
        Map<String, String> values = new TreeMap<>();
        for (String setting : settings) {
            int at = setting.indexOf('=');
            values.put(setting.substring(0, at), setting.substring(at + 1));
        }
        DelayConfig delays = Settings.bind(DelayConfig.class, values);
        this.clock = clock;
        follower = new TimerFollower(disk, FOLDER, delays);
        test = new TestStore(config, disk, clock, List.of(follower));
        agent = new TimerAgent(test.store, follower, clock, HOST, config.bind().segmentBytes(), delays);
    }

    /** Appends a message as the broker stores it that is to be delivered after this delay. */
    TestAppend send(String topic, String body, Duration delay) {
        return sendAt(topic, body, clock.millis() + delay.toMillis());
    }

    TestAppend sendAt(String topic, String body, long dueMs) {
        return sendRecord(body, dueMs, "UNIQ_KEY=id-" + body + ";REAL_TOPIC=" + topic + ";REAL_QID=0");
    }

    TestAppend sendRecord(String body, long dueMs, String properties) {
        return test.send(TopicNames.TIMER, 0, body, "TIMER_OUT_MS=" + dueMs + ";" + properties);
    }

    /** One turn of everything. */
    int turn() {
        int work = agent.turn();
        agent.save();
        for (Agent each : test.agents) {
            work += each.doWork();
        }
        return work;
    }

    /** Turns until nothing is to be done at this time. */
    void run() {
        int quiet = 0;
        while (quiet < QUIET_ROUNDS) {
            quiet = turn() == 0 ? quiet + 1 : 0;
        }
    }

    /** Lets time pass in steps, with work after each. */
    void pass(Duration time, Duration step) {
        long end = clock.millis() + time.toMillis();
        while (clock.millis() < end) {
            clock.advance(step);
            run();
        }
    }

    List<String> bodies(String topic) {
        return test.bodies(topic, 0);
    }

    TimerFigures figures() {
        return agent.figures();
    }

    TimerRecalls.Outcome recall(String topic, String body, long dueMs) {
        CompletableFuture<TimerRecalls.Outcome> answer = agent.recalls()
                .recall(new RecallHandle(topic, "b", dueMs, "id-" + body))
                .toCompletableFuture();
        run();
        return answer.join();
    }

    /** Ends it as if the process were killed. */
    void crash() {
        isCrashed = true;
        test.crashWithoutClosing();
        test.close();
    }

    @Override
    public void close() {
        if (!isCrashed) {
            agent.close();
            test.close();
        }
    }
}
