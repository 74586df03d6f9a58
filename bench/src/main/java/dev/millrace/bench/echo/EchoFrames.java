package dev.millrace.bench.echo;

/** The sizes of what is exchanged: about those of a send request and its reply. */
final class EchoFrames {
    static final int REQUEST_BYTES = 300;
    static final int REPLY_BYTES = 80;

    private EchoFrames() {}
}
