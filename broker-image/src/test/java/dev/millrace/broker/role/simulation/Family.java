package dev.millrace.broker.role.simulation;

import java.util.List;

/** Which faults a run has, by weight. */
enum Family {
    MIXED(
            "KILL 4 POWER 3 PAUSE 3 STALL 2 CUT_PAIR 3 ISOLATE 3 API_CUT 3 API_DOWN 1 BREAK 3 SLOW_DISK 2 SWAP 2 SWITCHOVER 2 FENCE 1 MINIMUM 1 END 1"),
    NETWORK("PAUSE 3 STALL 2 CUT_PAIR 6 ISOLATE 4 API_CUT 2 BREAK 4 KILL 1"),
    POWER("POWER 5 KILL 3 SWAP 3 SLOW_DISK 3 ISOLATE 1 BREAK 1"),
    RECORD_LINK("API_CUT 5 API_DOWN 2 KILL 2 CUT_PAIR 3 ISOLATE 2 PAUSE 2 SWITCHOVER 2"),
    ORDERS("SWITCHOVER 5 END 3 FENCE 3 MINIMUM 2 KILL 1 CUT_PAIR 2 API_CUT 1"),
    UNCLEAN("LEASE 1 UNCLEAN 8 KILL 3 ISOLATE 4 PAUSE 3 API_CUT 2 CUT_PAIR 2 POWER 1"),
    RECORD_LOST("DELETE 2 RESTORE 2 KILL 2 CUT_PAIR 2 API_CUT 3 PAUSE 1 SWITCHOVER 2"),
    STALLS("STALL 6 POWER 5 SLOW_DISK 1"),
    LATE_WINS("UNCLEAN 8 STALL 5 API_CUT 4 KILL 3 ISOLATE 4 PAUSE 2"),
    /** What makes sets small and large again. */
    SETS("ISOLATE 5 CUT_PAIR 4 API_CUT 4 PAUSE 3 KILL 3 BREAK 2 SWITCHOVER 1"),
    RESTORED("RESTORE 3 ISOLATE 4 KILL 2 CUT_PAIR 2 SWITCHOVER 2"),
    CALM("BREAK 1");

    static final List<Family> USUAL =
            List.of(MIXED, MIXED, MIXED, NETWORK, POWER, RECORD_LINK, ORDERS, UNCLEAN, RECORD_LOST);

    private final String weights;

    /** What can go wrong. */
    enum Fault {
        KILL,
        POWER,
        PAUSE,
        /** A machine that does nothing and is not reached. */
        STALL,
        CUT_PAIR,
        ISOLATE,
        API_CUT,
        API_DOWN,
        BREAK,
        SLOW_DISK,
        SWAP,
        SWITCHOVER,
        FENCE,
        MINIMUM,
        LEASE,
        END,
        UNCLEAN,
        DELETE,
        RESTORE
    }

    /** @param weights faults, each with its weight behind it */
    Family(String weights) {
        this.weights = weights;
    }

    Fault pick(Dice dice) {
        String[] words = weights.split(" ", -1);
        int sum = 0;
        for (int i = 1; i < words.length; i += 2) {
            sum += Integer.parseInt(words[i]);
        }
        int left = dice.below(sum);
        int at = 0;
        while (left >= Integer.parseInt(words[at + 1])) {
            left -= Integer.parseInt(words[at + 1]);
            at += 2;
        }
        return Fault.valueOf(words[at]);
    }
}
