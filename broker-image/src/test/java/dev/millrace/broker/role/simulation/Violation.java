package dev.millrace.broker.role.simulation;

/** Something happened that never may. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String invariant;

    /** @param invariant a few words, the same for each case of its kind */
    Violation(String invariant, String detail) {
        super(invariant + ": " + detail);
        this.invariant = invariant;
    }

    /** Whether something was lost or wrong, not only too late. */
    boolean isSafety() {
        return !invariant.equals("does not recover") && !invariant.equals("runs in circles");
    }

    String invariant() {
        return invariant;
    }
}
