package dev.millrace.store;

import java.util.function.Supplier;

/**
 * Says that a store is one copy of a broker group's log.
 *
 * @param cluster name of the cluster
 * @param group name of the broker group
 * @param bootId which boot of the machine this is: on Linux the text of {@code /proc/sys/kernel/random/boot_id}
 * @param newStorageId a random id, for a store that has none yet
 * @param moved rung after a turn that moved appended, forced or committed position; any thread, must not block
 */
public record GroupMembership(
        String cluster, String group, Supplier<String> bootId, Supplier<String> newStorageId, Runnable moved) {
    private static final int NAME_LENGTH_MAX = 255;

    public GroupMembership {
        requireName("cluster", cluster);
        requireName("broker group", group);
    }

    private static void requireName(String what, String name) {
        boolean isName = !name.isBlank()
                && name.length() <= NAME_LENGTH_MAX
                && name.chars().noneMatch(Character::isISOControl);
        if (!isName) {
            throw new IllegalArgumentException("'" + name + "' is no name of a " + what + "; use 1.." + NAME_LENGTH_MAX
                    + " characters without control characters");
        }
    }
}
