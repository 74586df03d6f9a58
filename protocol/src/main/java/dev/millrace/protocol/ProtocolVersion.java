package dev.millrace.protocol;

/** Version numbers that peers put into frames: the ordinal of a release. */
public final class ProtocolVersion {
    /** What we say of ourselves: 5.3.3, which clients take as "knows filters, knows no new limits". */
    public static final int OURS = 479;

    /** From here on a broker is told the largest number of attempts by the consumer. */
    public static final int V3_4_9 = 121;

    /** From here on a consumer answers questions of tools. */
    public static final int V3_1_8 = 62;

    /** From here on a registration's body carries queue mappings. */
    public static final int V5_0_0 = 413;

    private ProtocolVersion() {}
}
