package dev.millrace.protocol.message;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The id that a broker gives: upper-case hex of the store host's address (4 or 16 bytes), its port (4) and the record's
 * position in the commit log (8). 32 characters for IPv4, 56 for IPv6. Source: docs/protocol.md, section "Ids".
 */
public record OffsetMessageId(InetSocketAddress storeHost, long position) {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int TEXT_LENGTH_IPV4 = 32;
    private static final int TEXT_LENGTH_IPV6 = 56;

    /** The id of a record at {@code position}; {@code storeHost} is a host field of the record layout. */
    public static String of(byte[] storeHost, long position) {
        byte[] id = ByteBuffer.allocate(storeHost.length + Long.BYTES)
                .put(storeHost)
                .putLong(position)
                .array();
        return HEX.formatHex(id);
    }

    /** @throws IllegalArgumentException if the text is no such id */
    public static OffsetMessageId parse(String text) {
        if (text.length() != TEXT_LENGTH_IPV4 && text.length() != TEXT_LENGTH_IPV6) {
            throw new IllegalArgumentException("message id '" + text + "' has " + text.length()
                    + " characters; an offset id has " + TEXT_LENGTH_IPV4 + " or " + TEXT_LENGTH_IPV6);
        }
        ByteBuffer id = ByteBuffer.wrap(HEX.parseHex(text));
        byte[] address = new byte[id.remaining() - Integer.BYTES - Long.BYTES];
        id.get(address);
        try {
            int port = id.getInt() & 0xFFFF;
            return new OffsetMessageId(new InetSocketAddress(InetAddress.getByAddress(address), port), id.getLong());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("message id '" + text + "' holds no address", e);
        }
    }

    /** A host field of the record layout: address bytes, then 4 bytes of port. */
    public static byte[] hostField(InetSocketAddress host) {
        byte[] address = host.getAddress().getAddress();
        return ByteBuffer.allocate(address.length + Integer.BYTES)
                .put(address)
                .putInt(host.getPort())
                .array();
    }
}
