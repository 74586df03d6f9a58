package dev.millrace.e2e;

import dev.millrace.e2e.members.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The database behind producer processes that are killed: gives out transaction numbers, decides each once at random, and
 * answers what became of it. A transaction that the broker asks for before it was decided is void from then on, as one of
 * a process that died in between. Owner: the link's lock.
 */
final class Transactions implements Link.Answers {

    /** Longer than brokers wait between two questions, as they are set up for this. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private static final String COMMIT = "COMMIT";
    private static final String ROLLBACK = "ROLLBACK";
    private static final String UNKNOWN = "UNKNOWN";

    /** How a transaction goes: what is told at once, and what to the first question and to later ones. */
    private enum Fate {
        COMMITTED(COMMIT, COMMIT, COMMIT),
        ROLLED_BACK(ROLLBACK, ROLLBACK, ROLLBACK),
        COMMITTED_WHEN_ASKED(UNKNOWN, COMMIT, COMMIT),
        COMMITTED_WHEN_ASKED_AGAIN(UNKNOWN, UNKNOWN, COMMIT),
        ROLLED_BACK_WHEN_ASKED(UNKNOWN, ROLLBACK, ROLLBACK),
        NEVER_DECIDED(UNKNOWN, UNKNOWN, UNKNOWN),
        VOID(ROLLBACK, ROLLBACK, ROLLBACK);

        private final String atOnce;
        private final String first;
        private final String later;

        Fate(String atOnce, String first, String later) {
            this.atOnce = atOnce;
            this.first = first;
            this.later = later;
        }
    }

    private final SplittableRandom random = new SplittableRandom(11);
    private final Map<String, Fate> fates = new HashMap<>();
    private final Map<String, Integer> questions = new HashMap<>();
    private final int count;
    private int givenCount;
    private int failedCount;
    private long lastQuestionNanos = System.nanoTime();

    Transactions(int count) {
        this.count = count;
    }

    @Override
    public String answer(String line) {
        String[] words = line.split(" ", -1);
        if (words.length > 1 && words[1].startsWith("hello")) {
            return ROLLBACK;
        }
        return switch (words[0]) {
            case "next" -> givenCount - failedCount < count ? String.valueOf(givenCount++) : "";
            case "decide" -> fates.computeIfAbsent(words[1], number -> anyFate()).atOnce;
            case "failed" -> fail(words[1]);
            case "check" -> check(words[1]);
            default -> throw new IllegalArgumentException("no question " + words[0]);
        };
    }

    /** Another number takes its place. */
    private String fail(String number) {
        failedCount++;
        return fates.computeIfAbsent(number, each -> Fate.VOID).atOnce;
    }

    private String check(String number) {
        lastQuestionNanos = System.nanoTime();
        Fate fate = fates.computeIfAbsent(number, each -> Fate.VOID);
        return questions.merge(number, 1, Integer::sum) == 1 ? fate.first : fate.later;
    }

    private Fate anyFate() {
        int hundredth = random.nextInt(100);
        if (hundredth < 45) {
            return Fate.COMMITTED;
        }
        if (hundredth < 65) {
            return Fate.ROLLED_BACK;
        }
        if (hundredth < 75) {
            return Fate.COMMITTED_WHEN_ASKED;
        }
        if (hundredth < 83) {
            return Fate.COMMITTED_WHEN_ASKED_AGAIN;
        }
        return hundredth < 93 ? Fate.ROLLED_BACK_WHEN_ASKED : Fate.NEVER_DECIDED;
    }

    /** How many of all numbers were given out, but for those whose send failed. */
    double givenShare() {
        return (double) (givenCount - failedCount) / count;
    }

    /** Whether no broker asked for as long as it takes to ask again. */
    boolean isQuiet() {
        return System.nanoTime() - lastQuestionNanos > QUIET.toNanos();
    }

    /** Numbers of transactions that are committed, at once or when asked. */
    List<String> committed() {
        List<String> committed = new ArrayList<>();
        fates.forEach((number, fate) -> {
            if (fate.later.equals(COMMIT)) {
                committed.add(number);
            }
        });
        return committed;
    }

    /** What is committed and not among {@code seen}, with its fate and how often it was asked for. */
    List<String> missing(Set<String> seen) {
        return committed().stream()
                .filter(number -> !seen.contains(number))
                .map(number -> number + " " + fates.get(number) + ", asked " + questions.getOrDefault(number, 0))
                .toList();
    }

    @Override
    public String toString() {
        Map<Fate, Integer> counts = new EnumMap<>(Fate.class);
        fates.values().forEach(fate -> counts.merge(fate, 1, Integer::sum));
        int asked = questions.values().stream().mapToInt(Integer::intValue).sum();
        return counts + ", " + (givenCount - fates.size()) + " never stored, " + asked + " questions";
    }
}
