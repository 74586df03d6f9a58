package dev.millrace.client;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a listener says of the messages it got. Immutable.
 *
 * <table>
 * <caption>What follows</caption>
 * <tr><th></th><th>messages at once</th><th>in order</th></tr>
 * <tr><td>{@link #SUCCESS}</td><td>done</td><td>done</td></tr>
 * <tr><td>{@link #RETRY}</td><td>given back to the broker, which delivers them again, to any member, after its delays; counts
 * an attempt</td><td>the same messages again after a pause, nothing behind them before; counts an attempt</td></tr>
 * <tr><td>{@link #later}</td><td>kept here, and given to the listener again after the delay; messages behind them go on;
 * counts no attempt</td><td>the same messages again after the delay, nothing behind them before; counts no attempt</td></tr>
 * </table>
 *
 * <p>A broadcasting consumer does not repeat what fails, but it does repeat what is to come later.
 */
public final class ConsumeResult {
    /** They are done. */
    public static final ConsumeResult SUCCESS = new ConsumeResult("SUCCESS", null, List.of());

    /** Deliver them again later; so does an exception. */
    public static final ConsumeResult RETRY = new ConsumeResult("RETRY", null, List.of());

    private static final Duration DELAY_MIN = Duration.ofMillis(1);
    private static final Duration DELAY_MAX = Duration.ofMinutes(15);

    private final String name;
    private final @Nullable Duration delay;
    private final List<ConsumeResult> results;

    private ConsumeResult(String name, @Nullable Duration delay, List<ConsumeResult> results) {
        this.name = name;
        this.delay = delay;
        this.results = results;
    }

    /**
     * Give them to this listener again after a delay, without counting an attempt.
     *
     * <p>Meanwhile they stay in this consumer: they take room in its buffer, and the group's offset stays before them. So many
     * of them stop the reading of their queue until some are done. If the consumer ends, or the queue goes to another member,
     * they are delivered again at once.
     *
     * @param delay 1 ms to 15 min; for more, send a message with a delivery time and say SUCCESS
     */
    public static ConsumeResult later(Duration delay) {
        if (delay.compareTo(DELAY_MIN) < 0 || delay.compareTo(DELAY_MAX) > 0) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT, "delay " + delay + " is outside " + DELAY_MIN + ".." + DELAY_MAX);
        }
        return new ConsumeResult("LATER", delay, List.of());
    }

    /**
     * A result for each message of a batch, in their order.
     *
     * <p>In an ordered queue nothing overtakes: from the first message on that is not SUCCESS, all come again, whatever was
     * said of those behind it, and that message's result says when.
     *
     * @param results one or more, none of which is for several messages itself
     */
    public static ConsumeResult each(List<ConsumeResult> results) {
        if (results.isEmpty() || results.stream().anyMatch(ConsumeResult::isForEach)) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "results " + results + " are none, or hold others for several messages");
        }
        return new ConsumeResult("EACH", null, List.copyOf(results));
    }

    /** Whether it has a result for each message of a batch. */
    public boolean isForEach() {
        return !results.isEmpty();
    }

    /** When they come again, if it says so. */
    public Optional<Duration> delay() {
        return Optional.ofNullable(delay);
    }

    /**
     * The results of so many messages.
     *
     * @throws ClientException if there are results for another number of messages
     */
    public List<ConsumeResult> forMessages(int count) {
        if (!isForEach()) {
            return Collections.nCopies(count, this);
        }
        if (results.size() != count) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT, "there are " + results.size() + " results for " + count + " messages");
        }
        return results;
    }

    @Override
    public String toString() {
        return delay != null ? name + " " + delay : isForEach() ? name + " " + results : name;
    }
}
