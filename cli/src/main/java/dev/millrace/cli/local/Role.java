package dev.millrace.cli.local;

import java.util.Locale;

/** What a server process does. */
enum Role {
    NAMESRV,
    BROKER;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
