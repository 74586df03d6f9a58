package dev.millrace.broker.journal;

/** What an entry of the journal is about. Source: docs/storage-format.md, section "State of a broker group". */
enum StateKind {
    /** All entries up to the {@link #DUMP_END} of the same number make the whole content. */
    DUMP_BEGIN(1),
    DUMP_END(2),
    /** Named by the topic: its definition. */
    TOPIC(3),
    TOPICS_VERSION(4),
    /** Named by the consumer group: its definition. */
    GROUP(5),
    GROUPS_VERSION(6),
    /** Named group@topic: bits of what is forbidden, at number 0. */
    FORBIDDEN(7),
    /** Named topic@group: the offset by queue id. */
    OFFSETS(8),
    /** Every move of an offset that the log tells of before the position at number 0 is in the offsets. */
    OFFSETS_REACHED(9),
    /** The next offset by delay level. */
    DELAYS(10),
    /** Named topic@group: how the group consumes the topic. */
    MODE(11);

    private static final StateKind[] ALL = values();

    private final int number;

    StateKind(int number) {
        this.number = number;
    }

    /** As it is in the log. */
    int number() {
        return number;
    }

    /** @throws IllegalArgumentException if there is no such kind */
    static StateKind ofNumber(int number) {
        for (StateKind kind : ALL) {
            if (kind.number == number) {
                return kind;
            }
        }
        throw new IllegalArgumentException("kind " + number + " of an entry is not known");
    }
}
