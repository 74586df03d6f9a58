package dev.millrace.broker.filter;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.EntryFilter;
import java.nio.ByteBuffer;

/**
 * Accepts messages whose properties fulfil a condition in SQL92. Reads the properties where they stand in the record.
 *
 * <p>Thread-safe: immutable.
 */
// hot path
public final class SqlFilter implements EntryFilter {
    private final String text;
    private final Condition condition;

    private SqlFilter(String text, Condition condition) {
        this.text = text;
        this.condition = condition;
    }

    static SqlFilter compile(String text) throws ExpressionException {
        return new SqlFilter(text, FilterCompiler.condition(Parser.parse(text)));
    }

    /** Always true: a tag says nothing of the other properties. */
    @Override
    public boolean accepts(long tagHash) {
        return true;
    }

    @Override
    public boolean acceptsRecord(ByteBuffer record) {
        int start = StoredMessageLayout.propertiesStart(record, record.position());
        return acceptsProperties(record, start, record.limit() - start);
    }

    /** Judges the properties in {@code length} bytes from index {@code start}; {@code bytes} is big endian. */
    public boolean acceptsProperties(ByteBuffer bytes, int start, int length) {
        return condition.test(bytes, start, start + length) == Truth.TRUE;
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
