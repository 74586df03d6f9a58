package dev.millrace.protocol.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages frames in all the ways we could think of; the same seed damages them in the same way. */
final class FrameMutator {
    private static final int MUTATED_BYTES_MAX = 8192;

    private final List<byte[]> frames;
    private final SplittableRandom random;

    FrameMutator(List<byte[]> frames, long seed) {
        this.frames = frames;
        this.random = new SplittableRandom(seed);
    }

    byte[] next() {
        byte[] frame = pick();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            frame = change(frame);
        }
        if (random.nextInt(3) != 0 && frame.length >= 8) {
            repair(frame);
        }
        return frame.length <= MUTATED_BYTES_MAX ? frame : Arrays.copyOf(frame, MUTATED_BYTES_MAX);
    }

    private byte[] pick() {
        return frames.get(random.nextInt(frames.size())).clone();
    }

    private byte[] change(byte[] frame) {
        int length = frame.length;
        if (length < 12) {
            return pick();
        }
        switch (random.nextInt(9)) {
            case 0: // one bit
                frame[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
                return frame;
            case 1: // one byte of the header
                frame[8 + random.nextInt(Math.min(length - 8, 400))] = (byte) random.nextInt();
                return frame;
            case 2: // a cut
                return Arrays.copyOf(frame, random.nextInt(length));
            case 3: // a lie about the frame's length
                return ByteBuffer.wrap(frame).putInt(0, lie(length - 4)).array();
            case 4: // a lie about the header's length or the serialisation
                return ByteBuffer.wrap(frame)
                        .putInt(4, lie(ByteBuffer.wrap(frame).getInt(4)))
                        .array();
            case 5: // four bytes somewhere: lengths inside binary headers and bodies
                int at = random.nextInt(length - 4);
                return ByteBuffer.wrap(frame)
                        .putInt(at, lie(ByteBuffer.wrap(frame).getInt(at)))
                        .array();
            case 6: // a piece twice
                return splice(frame, random.nextInt(length), frame, random.nextInt(length));
            case 7: // the begin of one and the end of another
                byte[] other = pick();
                return splice(frame, random.nextInt(length), other, random.nextInt(other.length));
            default: // punctuation of JSON where it does not belong
                frame[8 + random.nextInt(Math.min(length - 8, 400))] =
                        (byte) "{}[]\",:\\0-u".charAt(random.nextInt(11));
                return frame;
        }
    }

    private int lie(int truth) {
        return switch (random.nextInt(6)) {
            case 0 -> truth + 1;
            case 1 -> truth - 1;
            case 2 -> truth + random.nextInt(100) - 50;
            case 3 -> -truth;
            case 4 -> truth ^ 1 << random.nextInt(32);
            default -> random.nextInt();
        };
    }

    private static byte[] splice(byte[] head, int headEnd, byte[] tail, int tailStart) {
        byte[] both = Arrays.copyOf(head, headEnd + tail.length - tailStart);
        System.arraycopy(tail, tailStart, both, headEnd, tail.length - tailStart);
        return both;
    }

    /** Makes the frame's length true, so that the damage is found further inside. */
    private static void repair(byte[] frame) {
        ByteBuffer.wrap(frame).putInt(0, frame.length - 4);
    }
}
