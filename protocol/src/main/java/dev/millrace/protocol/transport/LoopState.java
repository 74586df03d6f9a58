package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.LongSupplier;

/** What all connections of one event loop share: the header that is read, the header that is written, its log. */
record LoopState(HeaderFields fields, HeaderWriter header, FaultLog faults, LongSupplier nanoTime) {
    private static final FastThreadLocal<LoopState> CURRENT = new FastThreadLocal<>() {
        @Override
        protected LoopState initialValue() {
            return of(System::nanoTime);
        }
    };

    static LoopState of(LongSupplier nanoTime) {
        return new LoopState(new HeaderFields(), new HeaderWriter(), new FaultLog(nanoTime), nanoTime);
    }

    /** The state of the calling event loop. */
    static LoopState current() {
        return CURRENT.get();
    }
}
