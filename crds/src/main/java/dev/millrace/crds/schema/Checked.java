package dev.millrace.crds.schema;

/**
 * A record with rules over several of its fields. They run after every field of it was found well-formed, as the API
 * server runs its rules after the schema.
 */
public interface Checked {
    void check(Findings findings);
}
