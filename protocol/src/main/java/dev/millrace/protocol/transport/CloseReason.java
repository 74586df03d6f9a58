package dev.millrace.protocol.transport;

/** Why this side closed a connection. */
public enum CloseReason {
    /** What came was no frame. */
    BAD_FRAME,
    /** A frame did not arrive whole in its time. */
    SLOW_FRAME,
    /** Nothing was sent or received for too long. */
    IDLE,
    /** A defect of ours. */
    FAILED
}
