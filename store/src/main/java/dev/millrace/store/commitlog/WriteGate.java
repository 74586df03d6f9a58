package dev.millrace.store.commitlog;

import dev.millrace.store.AppendOutcome;
import dev.millrace.store.StoreException;
import dev.millrace.store.WriteState;
import dev.millrace.store.file.Published;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether appends are taken; see {@link WriteState} for the transitions.
 *
 * <p>Thread-safe: one immutable state, changed by compare and set.
 */
public final class WriteGate {
    private static final State WRITABLE = new State(WriteState.WRITABLE, "", null);

    private final Published<State> state = new Published<>(WRITABLE);
    private final Consumer<StoreException> onFault;

    /** @param refusal the outcome of appends in this state, null while they are taken */
    private record State(
            WriteState state, String reason, @Nullable AppendOutcome refusal) {
        boolean isFinal() {
            return state == WriteState.FAILED || state == WriteState.CLOSED;
        }
    }

    public WriteGate(Consumer<StoreException> onFault) {
        this.onFault = onFault;
    }

    public WriteState current() {
        return state.get().state;
    }

    public String reason() {
        return state.get().reason;
    }

    /** What an append is answered now, null if it is taken. */
    public @Nullable AppendOutcome refusal() {
        return state.get().refusal;
    }

    public void refuseForSpace(String reason) {
        move(new State(WriteState.DISK_FULL, reason, new AppendOutcome.NotWritable(WriteState.DISK_FULL, reason)));
    }

    public void admit() {
        move(WRITABLE);
    }

    /** Final. The first fault is reported. */
    public void fail(StoreException fault) {
        String reason = String.valueOf(fault.getMessage());
        if (move(new State(WriteState.FAILED, reason, new AppendOutcome.Failed(reason)))) {
            onFault.accept(fault);
        }
    }

    /** Final, unless it failed before. */
    public void close() {
        String reason = "the store is closed; open it again";
        move(new State(WriteState.CLOSED, reason, new AppendOutcome.NotWritable(WriteState.CLOSED, reason)));
    }

    private boolean move(State next) {
        while (true) {
            State now = state.get();
            if (now.isFinal()) {
                return false;
            }
            if (state.replace(now, next)) {
                return true;
            }
        }
    }
}
