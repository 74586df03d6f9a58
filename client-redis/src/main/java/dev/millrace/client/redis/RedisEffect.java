package dev.millrace.client.redis;

import dev.millrace.client.idempotent.IdempotenceException;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that Redis runs together with the mark of a message: all in one step, after the listener said SUCCESS, so they
 * give no answer to it. Owner: one call of the listener; not thread-safe.
 */
public final class RedisEffect {
    /** What Redis' script engine can put on its stack, and far more than one message should do. */
    static final int ARGUMENTS_MAX = 1000;

    static final int COMMANDS_MAX = 1000;

    private final List<String> encoded = new ArrayList<>();
    private int commandCount;

    RedisEffect() {}

    /**
     * Adds a command, such as {@code add("INCRBY", "orders", "3")}. It must be one that scripts may call: none that blocks,
     * and no script itself.
     *
     * @throws IdempotenceException for the 1001st command, or for more than 1000 words
     */
    public RedisEffect add(String command, String... arguments) {
        if (command.isEmpty() || arguments.length >= ARGUMENTS_MAX || commandCount == COMMANDS_MAX) {
            throw new IdempotenceException("command '" + command + "' with " + arguments.length + " arguments, number "
                    + (commandCount + 1) + " of its message, is empty or beyond " + ARGUMENTS_MAX + " words and "
                    + COMMANDS_MAX + " commands; give it a name, or several values to fewer commands");
        }
        // All of it or, if an argument is null, nothing.
        List<String> words = List.of(arguments);
        encoded.add(Integer.toString(words.size() + 1));
        encoded.add(command);
        encoded.addAll(words);
        commandCount++;
        return this;
    }

    int commandCount() {
        return commandCount;
    }

    /** Number of words and words of each command, behind a first value. */
    String[] valuesAfter(String first) {
        List<String> values = new ArrayList<>(encoded.size() + 1);
        values.add(first);
        values.addAll(encoded);
        return values.toArray(String[]::new);
    }
}
