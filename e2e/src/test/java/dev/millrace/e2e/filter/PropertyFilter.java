package dev.millrace.e2e.filter;

import java.util.Map;

/** A compiled expression of either side. Thread-safe. */
interface PropertyFilter {
    /** Whether a message with these properties is delivered. */
    boolean matches(Map<String, String> properties);
}
