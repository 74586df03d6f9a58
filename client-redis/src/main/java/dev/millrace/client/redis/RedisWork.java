package dev.millrace.client.redis;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;

/** Says which commands are the effect of a message. */
@FunctionalInterface
public interface RedisWork {
    /**
     * With SUCCESS the commands and the mark are written in one step; with any other result, or an exception, nothing is
     * written. Two consumers may be asked for the same message at one time; the commands of one of them are run.
     */
    ConsumeResult consume(ReceivedMessage message, RedisEffect effect) throws Exception;
}
