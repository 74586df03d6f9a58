package dev.millrace.store;

/**
 * Bounds of one read. A first record larger than {@code bytesMax} is returned all the same.
 *
 * @param fromOffset queue offset to begin with
 * @param countMax records to return at most
 * @param bytesMax bytes to return at most
 * @param scanMax entries to look at at most
 */
public record ReadLimits(long fromOffset, int countMax, int bytesMax, int scanMax) {
    public ReadLimits {
        if (countMax < 1 || bytesMax < 1 || scanMax < 1) {
            throw new StoreException("read limits must be at least 1: countMax=" + countMax + " bytesMax=" + bytesMax
                    + " scanMax=" + scanMax + "; correct the caller");
        }
    }
}
