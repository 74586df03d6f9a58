package dev.millrace.client.spring;

/** The application can't start: a setting or a listener method is not possible. */
public final class SetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String remedy;

    SetupException(String what, String remedy) {
        super(what + "; " + remedy);
        this.what = what;
        this.remedy = remedy;
    }

    SetupException(String what, String remedy, Throwable cause) {
        super(what + "; " + remedy, cause);
        this.what = what;
        this.remedy = remedy;
    }

    String what() {
        return what;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }
}
