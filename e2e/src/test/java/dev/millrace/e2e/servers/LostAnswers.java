package dev.millrace.e2e.servers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Loses a share of the answers to sends, as a network would: the broker stored the message, its sender hears nothing.
 *
 * <p>Thread-safe: sends under way are kept in a set, the random numbers under a lock.
 */
public final class LostAnswers implements FrameTap {
    private static final Set<Integer> SENDS = Set.of(10, 310, 320, 30_001);
    private static final int HEADER_OFFSET = 8;
    private static final int OPAQUE_OFFSET = HEADER_OFFSET + 5;
    private static final Pattern CODE = Pattern.compile("\"code\":(\\d+)");
    private static final Pattern OPAQUE = Pattern.compile("\"opaque\":(-?\\d+)");
    private static final Pattern FIELDS = Pattern.compile("\"extFields\":\\{[^}]*}");

    private final int percent;
    private final SplittableRandom random;
    private final Set<Send> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lost = new AtomicInteger();

    private record Send(long connection, int opaque) {}

    /** @param percent of the answers that are lost */
    public LostAnswers(int percent, long seed) {
        this.percent = percent;
        this.random = new SplittableRandom(seed);
    }

    /** Answers lost so far. */
    public int lostCount() {
        return lost.get();
    }

    @Override
    public void onFrame(Link link, long connection, boolean isFromServer, byte[] frame) {
        if (link == Link.CLIENT_BROKER && !isFromServer && SENDS.contains(number(frame, CODE))) {
            underWay.add(new Send(connection, number(frame, OPAQUE)));
        }
    }

    @Override
    public boolean passes(Link link, long connection, boolean isFromServer, byte[] frame) {
        boolean isAnswer = link == Link.CLIENT_BROKER
                && isFromServer
                && underWay.remove(new Send(connection, number(frame, OPAQUE)));
        if (isAnswer && isUnlucky()) {
            lost.incrementAndGet();
            return false;
        }
        return true;
    }

    private synchronized boolean isUnlucky() {
        return random.nextInt(100) < percent;
    }

    /** Code or opaque of a header in either serialisation. */
    private static int number(byte[] frame, Pattern field) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int mark = bytes.getInt(Integer.BYTES);
        if (mark >>> 24 != 0) {
            return field == CODE ? bytes.getShort(HEADER_OFFSET) : bytes.getInt(OPAQUE_OFFSET);
        }
        String header = new String(frame, HEADER_OFFSET, mark & 0xFFFFFF, StandardCharsets.UTF_8);
        Matcher matcher = field.matcher(FIELDS.matcher(header).replaceAll(""));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
