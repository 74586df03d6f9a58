package dev.millrace.store;

/**
 * Whether the store takes appends.
 *
 * <pre>
 * WRITABLE &lt;--&gt; DISK_FULL      space runs out, space is back
 * any       --&gt; FAILED         a write or force failed; final
 * any       --&gt; CLOSED         closed by its owner; final
 * </pre>
 */
public enum WriteState {
    WRITABLE,
    DISK_FULL,
    FAILED,
    CLOSED
}
