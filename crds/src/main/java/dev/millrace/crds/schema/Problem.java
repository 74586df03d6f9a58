package dev.millrace.crds.schema;

/**
 * One thing that is wrong in a resource file.
 *
 * @param line 1-based
 * @param path dotted from the root of the resource, empty for the root itself
 * @param what the value and why it was refused
 * @param remedy what to write instead
 */
public record Problem(String file, int line, String path, String what, String remedy) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + (path.isEmpty() ? "" : path + ": ") + what + "; " + remedy;
    }
}
