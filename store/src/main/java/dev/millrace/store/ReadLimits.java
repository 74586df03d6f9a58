package dev.millrace.store;

/**
 * Bounds of one read. A first record larger than {@code bytesMax} is returned all the same.
 *
 * @param fromOffset queue offset to begin with
 * @param countMax records to return at most
 * @param bytesMax bytes to return at most
 * @param scanMax entries to look at at most
 * @param refusedBytesMax bytes of the properties of records that the filter looked into and refused; the read ends with
 *     the record that exceeds it
 */
public record ReadLimits(long fromOffset, int countMax, int bytesMax, int scanMax, int refusedBytesMax) {
    public ReadLimits {
        if (countMax < 1 || bytesMax < 1 || scanMax < 1 || refusedBytesMax < 1) {
            throw new StoreException("read limits must be at least 1: countMax=" + countMax + " bytesMax=" + bytesMax
                    + " scanMax=" + scanMax + " refusedBytesMax=" + refusedBytesMax + "; correct the caller");
        }
    }

    /** For filters that look into no record. */
    public ReadLimits(long fromOffset, int countMax, int bytesMax, int scanMax) {
        this(fromOffset, countMax, bytesMax, scanMax, Integer.MAX_VALUE);
    }
}
