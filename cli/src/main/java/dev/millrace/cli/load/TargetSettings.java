package dev.millrace.cli.load;

/**
 * What a target connects to. Thread-safe: immutable.
 *
 * @param address {@code host:port} of the NameServer, of the bootstrap broker or of the echo server
 * @param isBatching {@code false}: one message per request; {@code true}: the client's own way of batching
 * @param isPaced messages come at a fixed rate: a batch must not wait long until it is full
 * @param unansweredMax messages that the driver leaves unanswered at most
 * @param isConsumerTuned {@code false}: the consumer as its makers ship it; {@code true}: set up for throughput
 * @param isLabelled messages have tags and keys, see {@link Labels}
 */
public record TargetSettings(
        String address,
        String topic,
        int queueCount,
        boolean isBatching,
        boolean isPaced,
        int unansweredMax,
        boolean isConsumerTuned,
        boolean isLabelled) {

    /** What a plan asks of its target. */
    public static TargetSettings of(String address, String topic, LoadPlan plan) {
        return new TargetSettings(
                address,
                topic,
                plan.queueCount(),
                plan.shape().batches(),
                plan.shape() == Shape.PACED,
                plan.lanes(),
                !plan.has(LoadPlan.Option.PLAIN_CONSUMER),
                plan.has(LoadPlan.Option.LABELS));
    }
}
