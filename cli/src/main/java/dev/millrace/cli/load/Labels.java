package dev.millrace.cli.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What applications put on their messages: one of eight tags by turns, and a key of its own. Thread-safe. */
public final class Labels {
    private static final List<String> TAGS =
            List.of("created", "paid", "packed", "sent", "delivered", "returned", "cancelled", "closed");

    private final AtomicLong count = new AtomicLong();

    /** The next message's number, from 0. */
    public long next() {
        return count.getAndIncrement();
    }

    /** Tag of the message of this number. */
    public static String tag(long number) {
        return TAGS.get((int) (number % TAGS.size()));
    }

    /** Key of the message of this number. */
    public static String key(long number) {
        return "order-" + number;
    }
}
