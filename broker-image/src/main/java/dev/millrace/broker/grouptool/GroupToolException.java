package dev.millrace.broker.grouptool;

import java.io.Serial;

/** A command can't be done. The message is one line for the person: what, the values, the remedy. */
final class GroupToolException extends RuntimeException {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int MACHINE = 6;

    @Serial
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    GroupToolException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The group is not as the command needs it. */
    static GroupToolException refused(String message) {
        return new GroupToolException(FAILURE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
