package dev.millrace.client.admin;

/**
 * A client that is a member of a consumer group.
 *
 * @param address as its broker sees it
 */
public record GroupClient(String clientId, String address, String language) {}
