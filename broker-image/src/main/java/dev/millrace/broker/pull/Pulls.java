package dev.millrace.broker.pull;

import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.PullMessage;

/** Puts the handlers of this package into the dispatch table. */
public final class Pulls {
    private Pulls() {}

    /** Adds the pull requests; gives the handler, whose parked polls the timers thread answers. */
    public static PullHandler register(
            Dispatcher.Builder table, PullHandler.Parts parts, TopicTable topics, Members members) {
        PullHandler handler = new PullHandler(parts, new PullRules(parts.groups(), topics, members));
        table.onLoop(RequestCode.PULL_MESSAGE, PullMessage.class, handler);
        table.onLoop(RequestCode.LITE_PULL_MESSAGE, PullMessage.class, handler);
        return handler;
    }
}
