package dev.millrace.protocol.message;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One record taken apart: a copy, independent of the buffer it came from.
 *
 * @param place where it is stored
 * @param body as stored, compressed if {@code systemFlag} says so
 */
public record StoredMessage(
        Place place,
        int flag,
        int systemFlag,
        Stamp born,
        Stamp stored,
        int timesConsumed,
        long preparedPosition,
        byte[] body,
        Map<String, String> properties) {

    /** Address of a record: its queue, its index there, and its byte position in the commit log. */
    public record Place(String topic, int queueId, long queueOffset, long position) {}

    /** When (ms since the epoch) and on which host. */
    public record Stamp(long timeMs, InetSocketAddress host) {}

    /**
     * Decodes the record that starts at index {@code at}.
     *
     * @throws IllegalArgumentException if the bytes are no whole record, with the reason
     */
    public static StoredMessage decode(ByteBuffer buffer, int at) {
        String fault = StoredMessageLayout.structuralFault(buffer, at, buffer.limit() - at);
        if (fault != null) {
            throw new IllegalArgumentException("no message record at byte " + at + ": " + fault);
        }
        int systemFlag = StoredMessageLayout.systemFlag(buffer, at);
        byte[] body = new byte[StoredMessageLayout.bodyLength(buffer, at)];
        buffer.get(StoredMessageLayout.bodyStart(buffer, at), body);
        byte[] topic = new byte[StoredMessageLayout.topicLength(buffer, at)];
        buffer.get(StoredMessageLayout.topicStart(buffer, at), topic);
        InetSocketAddress bornHost =
                host(buffer, at + StoredMessageLayout.BORN_HOST_OFFSET, StoredMessageLayout.bornHostLength(systemFlag));
        InetSocketAddress storeHost = host(
                buffer,
                at + StoredMessageLayout.storeHostOffset(systemFlag),
                StoredMessageLayout.storeHostLength(systemFlag));
        return new StoredMessage(
                new Place(
                        new String(topic, StandardCharsets.UTF_8),
                        StoredMessageLayout.queueId(buffer, at),
                        StoredMessageLayout.queueOffset(buffer, at),
                        StoredMessageLayout.position(buffer, at)),
                StoredMessageLayout.flag(buffer, at),
                systemFlag,
                new Stamp(StoredMessageLayout.bornTimeMs(buffer, at), bornHost),
                new Stamp(StoredMessageLayout.storeTimeMs(buffer, at), storeHost),
                StoredMessageLayout.timesConsumed(buffer, at),
                StoredMessageLayout.preparedPosition(buffer, at),
                body,
                MessageProperties.decode(
                        buffer,
                        StoredMessageLayout.propertiesStart(buffer, at),
                        StoredMessageLayout.propertiesLength(buffer, at)));
    }

    private static InetSocketAddress host(ByteBuffer buffer, int at, int length) {
        byte[] address = new byte[length - Integer.BYTES];
        buffer.get(at, address);
        try {
            int port = buffer.getInt(at + address.length) & 0xFFFF;
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + address.length + " bytes", e);
        }
    }
}
