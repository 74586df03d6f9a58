package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.transport.Reply;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps outside the dispatcher's care: what they throw is answered, so that nobody waits for a time-out. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String BUSY = "[OVERLOAD] too many requests wait for this broker; ask again later";

    private Answers() {}

    static void answering(Caller caller, Runnable step) {
        try {
            step.run();
        } catch (RequestFailure refused) {
            caller.reply(Reply.failure(refused.code(), refused.remark()));
        } catch (RejectedExecutionException full) {
            caller.reply(Reply.failure(ResponseCode.SYSTEM_BUSY, BUSY));
        } catch (RuntimeException fault) {
            LOG.atError()
                    .addKeyValue("client", caller.connection().remoteAddress())
                    .setCause(fault)
                    .log("pop request failed");
            caller.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault)));
        }
    }

    /** Runs a step that may block elsewhere. */
    static void later(Executor admin, Caller caller, Runnable step) {
        admin.execute(() -> answering(caller, step));
    }
}
