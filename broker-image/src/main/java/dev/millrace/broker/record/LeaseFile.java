package dev.millrace.broker.record;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.codec.BodyJson;

/**
 * What {@code lease.json} holds. Source: docs/storage-format.md, section "Election record". Public because the JSON codec
 * makes it. Thread-safe: immutable.
 *
 * @param format {@link #FORMAT}; another one is refused
 * @param holder empty for nobody
 */
public record LeaseFile(int format, String holder, Long renewals, Long termMs) {
    /** The only format so far. */
    public static final int FORMAT = 1;

    static byte[] encode(Lease lease) {
        return BodyJson.write(new LeaseFile(FORMAT, lease.holder(), lease.renewals(), lease.termMs()));
    }

    /** @throws BadFieldException if the bytes are not a whole file of this format, or what it says can't be */
    static Lease decode(byte[] bytes) {
        LeaseFile read = BodyJson.read(LeaseFile.class, bytes);
        if (read.format != FORMAT || read.renewals < 0 || read.termMs < 0) {
            throw new BadFieldException(read + " is no lease of format " + FORMAT);
        }
        return new Lease(read.holder, read.renewals, read.termMs);
    }
}
