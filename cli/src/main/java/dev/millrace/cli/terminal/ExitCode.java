package dev.millrace.cli.terminal;

/** How a command ended, as scripts see it; the table stands in {@code docs/cli.md}. */
public enum ExitCode {
    OK(0),
    FAILURE(1),
    USAGE(2),
    NOT_RUNNING(3),
    REFUSED_RESOURCE(4),
    NOTHING_RECEIVED(5),
    MACHINE(6);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
