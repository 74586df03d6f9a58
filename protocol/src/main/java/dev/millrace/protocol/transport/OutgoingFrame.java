package dev.millrace.protocol.transport;

/** Something that becomes a frame when its connection's event loop gets to it. */
public interface OutgoingFrame {
    /** Writes the frame; called once, on the event loop. */
    void writeTo(FrameWriter writer);

    /** The connection was lost before the frame was written; called instead of {@link #writeTo}. */
    default void dropped() {}
}
