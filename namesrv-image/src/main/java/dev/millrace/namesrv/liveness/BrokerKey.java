package dev.millrace.namesrv.liveness;

/** A broker process as NameServers tell it from others: its cluster and {@code host:port}. */
public record BrokerKey(String cluster, String address) {}
