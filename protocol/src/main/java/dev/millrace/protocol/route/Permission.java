package dev.millrace.protocol.route;

/** Bits of a topic's or broker's permission. */
public final class Permission {
    public static final int INHERIT = 1;
    public static final int WRITE = 2;
    public static final int READ = 4;
    public static final int READ_WRITE = READ | WRITE;

    private Permission() {}

    public static boolean isReadable(int permission) {
        return (permission & READ) != 0;
    }

    public static boolean isWritable(int permission) {
        return (permission & WRITE) != 0;
    }

    public static boolean isInherited(int permission) {
        return (permission & INHERIT) != 0;
    }

    /** Whether an administrator may set it: any combination of the three bits. */
    public static boolean isValid(int permission) {
        return permission >= 0 && permission < 8;
    }

    /** Three characters as tools show it, for example {@code RW-}. */
    public static String text(int permission) {
        return (isReadable(permission) ? "R" : "-")
                + (isWritable(permission) ? "W" : "-")
                + (isInherited(permission) ? "X" : "-");
    }
}
