package dev.millrace.store.file;

/** Names of segments: their first position in 20 decimal digits. */
public final class FileNames {
    private static final int DIGITS = 20;

    private FileNames() {}

    public static String of(long basePosition) {
        String digits = Long.toString(basePosition);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** Whether a file of this name is a segment; others (editors' and tools' files) are left alone. */
    public static boolean isSegment(String name) {
        return name.length() == DIGITS && name.chars().allMatch(c -> c >= '0' && c <= '9') && name.charAt(0) == '0';
    }

    public static long basePosition(String name) {
        return Long.parseLong(name);
    }
}
