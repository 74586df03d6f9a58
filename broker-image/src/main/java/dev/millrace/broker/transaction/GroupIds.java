package dev.millrace.broker.transaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Small numbers for the names of producer groups while halves of them are pending.
 *
 * <p>Owner: the lock of {@link PendingHalves}.
 */
final class GroupIds {
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Integer> uses = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();

    /** The number of a name; {@link #release} it once for each call. */
    int acquire(String name) {
        Integer known = ids.get(name);
        if (known != null) {
            uses.set(known, uses.get(known) + 1);
            return known;
        }
        int id = free.isEmpty() ? names.size() : free.removeLast();
        if (id == names.size()) {
            names.add(name);
            uses.add(1);
        } else {
            names.set(id, name);
            uses.set(id, 1);
        }
        ids.put(name, id);
        return id;
    }

    void release(int id) {
        int left = uses.get(id) - 1;
        uses.set(id, left);
        if (left == 0) {
            ids.remove(names.set(id, ""));
            free.add(id);
        }
    }

    String name(int id) {
        return names.get(id);
    }

    /** Numbers that were given so far are below this. */
    int end() {
        return names.size();
    }

    boolean isUsed(int id) {
        return uses.get(id) > 0;
    }
}
