package dev.millrace.e2e.client;

/** How a client writes frame headers; the constants are the values of its {@code rocketmq.serialize.type}. */
public enum HeaderType {
    JSON,
    ROCKETMQ
}
