package dev.millrace.e2e.frames;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.e2e.servers.FrameTap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps one frame per (folder, code, direction, answer code): the longest up to {@link #USUAL_BYTES_MAX} bytes, so that
 * as many fields as possible are filled, else the shortest. Thread-safe: one lock.
 */
final class FrameCollection implements FrameTap {

    private static final int USUAL_BYTES_MAX = 3_000;
    private static final int BYTES_MAX = 64_000;
    private static final int HEX_LINE_CHARS = 100;

    /** A frame with the line that says where it comes from. */
    private record Kept(String origin, String hex) {}

    /** A request whose answer is awaited. */
    private record Waiting(long connection, boolean isFromServer, int opaque) {}

    private final Map<Path, Kept> frames = new TreeMap<>();
    private final Map<Waiting, Integer> requests = new HashMap<>();
    private String peer = "";
    private String serialisation = "";

    /** From now on clients are called {@code name}, for example {@code 4.9.8}, and all peers use one header type. */
    synchronized void describe(String name, String headerType) {
        peer = name;
        serialisation = headerType;
    }

    @Override
    public synchronized void onFrame(Link link, long connection, boolean isFromServer, byte[] frame) {
        FrameHeader header = FrameHeader.of(frame);
        String folder = (link == Link.BROKER_NAMESRV ? "broker-5.5.0" : peer) + "-" + serialisation;
        boolean isExpectedType = header.isBinary() == serialisation.equals("binary");
        if (!header.isAnswer()) {
            if (!header.isOneWay()) {
                requests.put(new Waiting(connection, isFromServer, header.opaque()), header.code());
            }
            String kind = header.isOneWay() ? "one-way request " : "request ";
            if (isExpectedType) {
                keep(
                        Path.of(folder, "request-" + header.code() + ".hex"),
                        kind + header.code(),
                        link,
                        isFromServer,
                        frame);
            }
            return;
        }
        Integer asked = requests.remove(new Waiting(connection, !isFromServer, header.opaque()));
        if (asked != null && isExpectedType) {
            String suffix = header.code() == 0 ? "" : "-answer-" + header.code();
            String text = "answer with code " + header.code() + " to request " + asked;
            keep(Path.of(folder, "response-" + asked + suffix + ".hex"), text, link, isFromServer, frame);
        }
    }

    private void keep(Path file, String what, Link link, boolean isFromServer, byte[] frame) {
        if (frame.length > BYTES_MAX) {
            return;
        }
        String server = link == Link.CLIENT_BROKER ? "broker 5.5.0" : "NameServer 5.5.0";
        String client = link == Link.BROKER_NAMESRV ? "broker 5.5.0" : "client " + peer;
        String way = isFromServer ? server + " to " + client : client + " to " + server;
        Kept candidate = new Kept(
                "# Apache RocketMQ, " + way + ", " + serialisation + " header, " + what,
                HexFormat.of().formatHex(frame));
        frames.merge(file, candidate, FrameCollection::better);
    }

    private static Kept better(Kept one, Kept other) {
        boolean isOneUsual = one.hex.length() <= 2 * USUAL_BYTES_MAX;
        boolean isOtherUsual = other.hex.length() <= 2 * USUAL_BYTES_MAX;
        if (isOneUsual != isOtherUsual) {
            return isOneUsual ? one : other;
        }
        boolean isOtherLonger = other.hex.length() > one.hex.length();
        return isOneUsual == isOtherLonger ? other : one;
    }

    /** Writes all frames below {@code folder} and returns how many. */
    synchronized int write(Path folder) throws IOException {
        for (Map.Entry<Path, Kept> entry : frames.entrySet()) {
            Path file = folder.resolve(entry.getKey());
            Files.createDirectories(folder.resolve(entry.getKey()).getParent());
            StringBuilder text = new StringBuilder(entry.getValue().origin()).append('\n');
            String hex = entry.getValue().hex();
            for (int start = 0; start < hex.length(); start += HEX_LINE_CHARS) {
                text.append(hex, start, Math.min(hex.length(), start + HEX_LINE_CHARS))
                        .append('\n');
            }
            Files.writeString(file, text, US_ASCII);
        }
        return frames.size();
    }
}
