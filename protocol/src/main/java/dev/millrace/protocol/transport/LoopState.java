package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.LongSupplier;

/** What all connections of one event loop share: the header that is read, the header that is written. */
record LoopState(HeaderFields fields, HeaderWriter header, LongSupplier nanoTime) {
    private static final FastThreadLocal<LoopState> CURRENT = new FastThreadLocal<>() {
        @Override
        protected LoopState initialValue() {
            return new LoopState(new HeaderFields(), new HeaderWriter(), System::nanoTime);
        }
    };

    /** The state of the calling event loop. */
    static LoopState current() {
        return CURRENT.get();
    }
}
