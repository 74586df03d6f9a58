package dev.millrace.cli.local;

import java.util.Locale;

/**
 * Where a supervised process is in its life.
 *
 * <pre>
 * WAITING --(NameServers ready)--> STARTING --(answers)--> READY
 *                                     |                      |
 *                                  (ended)                (ended)
 *                                     v                      |
 *                  STARTING <--- BACKING_OFF <---------------+
 * any --(stop)--> ENDED
 * </pre>
 */
enum Phase {
    WAITING,
    STARTING,
    READY,
    BACKING_OFF,
    ENDED;

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Phase ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
