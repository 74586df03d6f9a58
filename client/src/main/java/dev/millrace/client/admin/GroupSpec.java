package dev.millrace.client.admin;

/**
 * A consumer group to be created or changed.
 *
 * @param isEnabled whether it may read
 * @param isOrdered whether its retry topic keeps messages in order
 * @param retriesMax deliveries after the first before a message goes to the dead-letter topic
 */
public record GroupSpec(String name, boolean isEnabled, boolean isOrdered, int retriesMax) {
    private static final int RETRIES_MAX = 16;

    public static GroupSpec of(String name) {
        return new GroupSpec(name, true, false, RETRIES_MAX);
    }

    public GroupSpec withRetriesMax(int newRetriesMax) {
        return new GroupSpec(name, isEnabled, isOrdered, newRetriesMax);
    }

    public GroupSpec withEnabled(boolean newIsEnabled) {
        return new GroupSpec(name, newIsEnabled, isOrdered, retriesMax);
    }
}
