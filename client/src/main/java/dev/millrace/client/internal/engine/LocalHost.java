package dev.millrace.client.internal.engine;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** This machine's own address, for ids. */
final class LocalHost {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private LocalHost() {}

    /** The first IPv4 address that is not loopback, or else loopback. */
    static byte[] address() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                    .findFirst()
                    .map(InetAddress::getAddress)
                    .orElseGet(LOOPBACK::clone);
        } catch (SocketException e) {
            return LOOPBACK.clone(); // ids need to differ, not to be reachable
        }
    }

    static String text(byte[] address) {
        return (address[0] & 0xFF) + "." + (address[1] & 0xFF) + "." + (address[2] & 0xFF) + "." + (address[3] & 0xFF);
    }
}
