package dev.millrace.client.internal.consume;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.protocol.command.MemberRequest;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives messages back to their brokers, which deliver them again later. Thread-safe. */
final class SendBacks {
    private static final Logger LOG = LoggerFactory.getLogger(SendBacks.class);
    private static final long AGAIN_MS = 5000;
    /** To the dead-letter topic at once. */
    static final int DEAD_LETTER = -1;

    private final ConsumeContext context;
    private final ConsumerSettings settings;

    SendBacks(ConsumeContext context, ConsumerSettings settings) {
        this.context = context;
        this.settings = settings;
    }

    /**
     * Gives one back and runs {@code then} when the broker has it; tries until then, or until the queue is dropped: then
     * the message is not done, and whoever reads the queue next gets it.
     */
    void sendBack(ReceivedMessage message, int delayLevel, QueueWork work, Runnable then) {
        CompletableFuture<Boolean> sent = context.routes()
                .addressOf(message.queue().broker())
                .map(address -> context.requests().tell(address, request(message, delayLevel)))
                .orElseGet(() -> CompletableFuture.failedFuture(new ClientException(
                        ErrorCode.NO_ROUTE, "broker " + message.queue().broker() + " is not known")));
        sent.whenComplete((done, fault) -> {
            if (fault == null) {
                then.run();
                return;
            }
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("queue", message.queue())
                    .addKeyValue("offset", message.queueOffset())
                    .addKeyValue("error", Faults.of(fault).getMessage())
                    .log("message not given back");
            if (work.isDropped()) {
                return;
            }
            context.later().run(() -> sendBack(message, delayLevel, work, then), AGAIN_MS);
        });
    }

    private MemberRequest.SendBack request(ReceivedMessage message, int delayLevel) {
        int attemptsMax = settings.retry().attemptsMax();
        return new MemberRequest.SendBack(
                message.position(),
                settings.group(),
                delayLevel,
                message.offsetMessageId(),
                message.topic(),
                false,
                attemptsMax < 0 ? null : attemptsMax - 1);
    }
}
