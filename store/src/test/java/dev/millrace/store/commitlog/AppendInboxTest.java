package dev.millrace.store.commitlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppendInboxTest {
    private static final int PRODUCERS = 3;
    private static final int EACH = 20_000;

    @Test
    void refusesWhenFull() {
        AppendInbox inbox = new AppendInbox(3);

        for (int i = 0; i < 4; i++) {
            assertThat(inbox.offer(new Numbered(0, i))).isTrue();
        }

        assertThat(inbox.offer(new Numbered(0, 4))).isFalse();
        assertThat(inbox.poll())
                .isInstanceOfSatisfying(
                        Numbered.class, first -> assertThat(first.number).isZero());
        assertThat(inbox.offer(new Numbered(0, 4))).isTrue();
        assertThat(inbox.size()).isEqualTo(4);
    }

    @Test
    void keepsTheOrderOfEachProducerAndLosesNothing() throws InterruptedException {
        AppendInbox inbox = new AppendInbox(64);
        List<Thread> threads = new ArrayList<>();
        for (int producer = 0; producer < PRODUCERS; producer++) {
            int id = producer;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < EACH; i++) {
                    Numbered request = new Numbered(id, i);
                    while (!inbox.offer(request)) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }

        int[] next = new int[PRODUCERS];
        int taken = 0;
        while (taken < PRODUCERS * EACH) {
            if (inbox.poll() instanceof Numbered request) {
                assertThat(request.number).isEqualTo(next[request.producer]++);
                taken++;
            } else {
                Thread.onSpinWait();
            }
        }

        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(inbox.poll()).isNull();
    }

    private static final class Numbered extends AppendRequest {
        private final int producer;
        private final int number;

        Numbered(int producer, int number) {
            super(1);
            this.producer = producer;
            this.number = number;
        }

        @Override
        protected void completed(AppendOutcome outcome) {}
    }
}
