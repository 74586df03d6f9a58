package dev.millrace.broker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.filter.TagFilter;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.store.Boundary;
import dev.millrace.store.QueueLog;
import dev.millrace.store.QueueWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParkedPollsTest {
    @SuppressWarnings("NullAway") // nobody is answered here
    private static final Caller NOBODY = new Caller(null, 0, 0);

    private final AtomicLong now = new AtomicLong();
    private final List<ParkedPoll> woken = new ArrayList<>();
    private final ParkedPolls polls = new ParkedPolls(now::get, woken::add);
    private final Queue busy = new Queue();
    private final Queue quiet = new Queue();

    private static final class Queue implements QueueLog {
        private @Nullable QueueWatcher watcher;

        @Override
        public String topic() {
            return "t";
        }

        @Override
        public int queueId() {
            return 0;
        }

        @Override
        public long minOffset() {
            return 0;
        }

        @Override
        public long maxOffset() {
            return 0;
        }

        @Override
        public long offsetByTime(long timeMs, Boundary boundary) {
            return 0;
        }

        @Override
        public long storeTimeAt(long queueOffset) {
            return -1;
        }

        @Override
        public void addWatcher(QueueWatcher newWatcher) {
            watcher = newWatcher;
        }

        @Override
        public void removeWatcher(QueueWatcher oldWatcher) {
            watcher = null;
        }

        @Override
        public boolean isDeleted() {
            return false;
        }

        void arrive(long tagHash) {
            if (watcher != null) {
                watcher.arrived(this, 0, tagHash);
            }
        }
    }

    private ParkedPoll park(Queue queue, String tags, long deadline) {
        PullMessage pull = new PullMessage(
                "g", "t", 0, 0, new PullMessage.Limits(1, -1), 2, 0, 1, new PullMessage.Filter(tags, "TAG", 0));
        TagFilter filter = TagFilter.parse(tags).orElseThrow();
        ParkedPoll poll = new ParkedPoll(pull, NOBODY, filter, queue, deadline);
        polls.park(poll);
        return poll;
    }

    @Test
    void wakesThePollThatWantsTheTagOnceAndNoOther() {
        ParkedPoll wanted = park(busy, "A", 100);
        park(busy, "B", 100);

        busy.arrive("A".hashCode());
        busy.arrive("A".hashCode());

        assertThat(woken).containsExactly(wanted);
    }

    @Test
    void givesAPollToItsDeadlineOnceItIsOver() {
        ParkedPoll poll = park(quiet, "*", 100);

        assertThat(polls.takeExpired()).isEmpty();
        now.set(100);

        assertThat(polls.takeExpired()).containsExactly(poll);
        assertThat(polls.takeExpired()).isEmpty();
        quiet.arrive(0);
        assertThat(woken).isEmpty();
    }

    @Test
    void keepsNoDeadlinesOfWokenPollsBehindAQuietOne() {
        park(quiet, "*", 1);
        for (int i = 0; i < 10_000; i++) {
            park(busy, "*", 2);
            busy.arrive(0);
        }

        assertThat(woken).hasSize(10_000);
        assertThat(polls.count()).isLessThanOrEqualTo(1_025);
        assertThat(Objects.requireNonNull(quiet.watcher)).isNotNull();
    }
}
