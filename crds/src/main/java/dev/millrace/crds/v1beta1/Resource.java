package dev.millrace.crds.v1beta1;

/** One custom resource of a file. Thread-safe: immutable. */
public sealed interface Resource permits MessageCluster, Topic {
    String API_VERSION = "millrace.dev/v1beta1";

    String kind();

    Metadata metadata();
}
