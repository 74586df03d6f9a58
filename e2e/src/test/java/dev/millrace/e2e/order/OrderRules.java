package dev.millrace.e2e.order;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What order means for keys whose messages are numbered, when deliveries may be repeated. The deliveries of a key are
 * looked at in the order in which they began. A delivery <em>follows</em> the one before if it stands later in the queue
 * and has the next number, or the same (a producer that did not hear of its success stored it again). Anything else is a
 * <em>step back</em>. Then:
 *
 * <ol>
 *   <li>Nothing is skipped: a delivery's number is at most one more than the greatest number that was delivered before.
 *   <li>A step back needs a cause: the process is not the one of the delivery before, so the queue has changed hands and
 *       goes on behind what was acknowledged last; or it is the very message that came last, and a process came or went
 *       in between, so the queue may have been in other hands and come back before they touched it; or it is the first
 *       one of its key since the broker was killed, which forgets locks: another process may have had the queue for a moment
 *       without a message of it, and have stored again the older offset that it found. Otherwise a process never gets an
 *       older message after a newer one.
 *   <li>It goes back to the last acknowledged message and no further: if the broker told an offset before a process was
 *       started, that process gets nothing that stands before this offset, unless the broker was killed after that.
 *   <li>A queue is in one hand: no process begins a message while another is at one of the same queue, unless the broker
 *       was killed, which forgets its locks; see {@link #overlapCount}.
 * </ol>
 *
 * <p>Owner: the suite's thread.
 */
public final class OrderRules {
    private static final int SHOWN_MAX = 20;

    private final Map<String, OrderEvent.Begun> lastOfKey = new HashMap<>();
    private final Map<String, Integer> killsAtStepBack = new HashMap<>();
    private final Map<String, Integer> changesAtLastOfKey = new HashMap<>();
    private final Map<String, Integer> greatest = new HashMap<>();
    private final Map<Integer, Long> told = new HashMap<>();
    private final Map<String, Map<Integer, Long>> floors = new HashMap<>();
    private final Map<Integer, String> busy = new HashMap<>();
    private final Set<String> places = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private int killCount;
    private int changeCount;
    private int violationCount;
    private int overlapCount;
    private int stepBackCount;
    private int repeatedCount;

    /** Looks at the next event. */
    public void accept(OrderEvent event) {
        switch (event) {
            case OrderEvent.Begun begun -> begin(begun);
            case OrderEvent.Ended ended -> busy.remove(ended.queueId(), ended.member());
            case OrderEvent.MemberStarted started -> {
                changeCount++;
                floors.put(started.member(), new HashMap<>(told));
            }
            case OrderEvent.MemberLeaves leaves -> changeCount++;
            case OrderEvent.MemberGone gone -> {
                changeCount++;
                busy.values().removeIf(gone.member()::equals);
            }
            case OrderEvent.OffsetTold offset -> told.put(offset.queueId(), offset.offset());
            case OrderEvent.BrokerKilled() -> forget();
        }
    }

    private void forget() {
        killCount++;
        told.clear();
        floors.clear();
    }

    private void begin(OrderEvent.Begun begun) {
        if (!places.add(begun.queueId() + "@" + begun.offset())) {
            repeatedCount++;
        }
        checkHands(begun);
        checkFloor(begun);
        checkSequence(begun);
        lastOfKey.put(begun.key(), begun);
        changesAtLastOfKey.put(begun.key(), changeCount);
        greatest.merge(begun.key(), begun.number(), Math::max);
    }

    private void checkHands(OrderEvent.Begun begun) {
        String other = busy.put(begun.queueId(), begun.member());
        if (other != null && !other.equals(begun.member())) {
            overlapCount++;
            if (killCount == 0) {
                violate("two at once: " + other + " is at a message of the queue of " + begun);
            }
        }
    }

    private void checkFloor(OrderEvent.Begun begun) {
        long floor = floors.getOrDefault(begun.member(), Map.of()).getOrDefault(begun.queueId(), 0L);
        if (begun.offset() < floor) {
            violate("too far back: offset " + floor + " was stored before the start of the process of " + begun);
        }
    }

    private void checkSequence(OrderEvent.Begun begun) {
        int next = greatest.getOrDefault(begun.key(), -1) + 1;
        if (begun.number() > next) {
            violate("skipped: number " + next + " did not come before " + begun);
        }
        OrderEvent.Begun last = lastOfKey.get(begun.key());
        if (last == null || follows(begun, last)) {
            return;
        }
        stepBackCount++;
        if (last.member().equals(begun.member()) && !cameBack(begun, last)) {
            int killsBefore = Objects.requireNonNullElse(killsAtStepBack.put(begun.key(), killCount), 0);
            if (killsBefore == killCount) {
                violate("out of order: " + begun + " came after " + last);
            }
        }
    }

    /** A process that lost its queue while it was at a message, and got it back, handles that message again. */
    private boolean cameBack(OrderEvent.Begun begun, OrderEvent.Begun last) {
        return begun.equals(last) && changesAtLastOfKey.getOrDefault(begun.key(), 0) != changeCount;
    }

    private static boolean follows(OrderEvent.Begun begun, OrderEvent.Begun last) {
        int step = begun.number() - last.number();
        return begun.offset() > last.offset() && (step == 0 || step == 1);
    }

    private void violate(String text) {
        violationCount++;
        if (violations.size() < SHOWN_MAX) {
            violations.add(text);
        }
    }

    /** What broke a rule, the first ones. */
    public List<String> violations() {
        return List.copyOf(violations);
    }

    /** The greatest number that was delivered of each key. */
    public Map<String, Integer> greatest() {
        return Map.copyOf(greatest);
    }

    /** How often two processes were at the same queue at once; before the broker is killed that breaks a rule. */
    public int overlapCount() {
        return overlapCount;
    }

    @Override
    public String toString() {
        return violationCount + " violations, " + places.size() + " messages, " + repeatedCount + " repeated, "
                + stepBackCount + " steps back, " + overlapCount + " overlaps";
    }
}
