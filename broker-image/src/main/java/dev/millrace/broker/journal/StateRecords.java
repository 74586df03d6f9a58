package dev.millrace.broker.journal;

import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateEntry.Removal;
import dev.millrace.broker.journal.StateValue.Numbers;
import dev.millrace.broker.journal.StateValue.Text;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Bodies of records of the state topic.
 *
 * <pre>
 * length  field
 * 1       version, 1
 * then entries, one after the other, up to the end:
 * 1       kind, see {@link StateKind}
 * 1       1 text, 2 numbers, 3 removal
 * 2 + n   name: length, UTF-8
 * text    4 + n: length, JSON in UTF-8
 * numbers 4 count, then each 4 number, 8 value
 * </pre>
 *
 * All integers are big endian. Another version or kind is refused: a copy that guessed would differ from the others.
 * Source: docs/storage-format.md, section "State of a broker group". Thread-safe: stateless.
 */
final class StateRecords {
    private static final byte VERSION = 1;
    private static final int TEXT = 1;
    private static final int NUMBERS = 2;
    private static final int REMOVAL = 3;
    private static final int HEAD_BYTES = 4;
    private static final int NUMBER_BYTES = 12;

    private StateRecords() {}

    static byte[] encode(List<StateEntry> entries) {
        ByteBuffer target = ByteBuffer.allocate(
                1 + entries.stream().mapToInt(StateRecords::bytes).sum());
        target.put(VERSION);
        entries.forEach(entry -> encode(target, entry));
        if (target.hasRemaining()) {
            throw new AssertionError(target.remaining() + " bytes too many for " + entries.size() + " entries");
        }
        return target.array();
    }

    private static void encode(ByteBuffer target, StateEntry entry) {
        byte[] name = entry.key().name().getBytes(StandardCharsets.UTF_8);
        target.put((byte) entry.key().kind().number());
        switch (entry) {
            case Put put -> encode(target, name, put.value());
            case Removal removal ->
                target.put((byte) REMOVAL).putShort((short) name.length).put(name);
        }
    }

    private static void encode(ByteBuffer target, byte[] name, StateValue value) {
        switch (value) {
            case Text text -> {
                byte[] json = text.json().getBytes(StandardCharsets.UTF_8);
                target.put((byte) TEXT).putShort((short) name.length).put(name);
                target.putInt(json.length).put(json);
            }
            case Numbers numbers -> {
                target.put((byte) NUMBERS).putShort((short) name.length).put(name);
                target.putInt(numbers.all().size());
                numbers.all().forEach((number, each) -> target.putInt(number).putLong(each));
            }
        }
    }

    private static int bytes(StateEntry entry) {
        int head = HEAD_BYTES + entry.key().name().getBytes(StandardCharsets.UTF_8).length;
        return switch (entry) {
            case Put put -> head + Integer.BYTES + bytes(put.value());
            case Removal removal -> head;
        };
    }

    private static int bytes(StateValue value) {
        return switch (value) {
            case Text text -> text.json().getBytes(StandardCharsets.UTF_8).length;
            case Numbers numbers -> NUMBER_BYTES * numbers.all().size();
        };
    }

    /**
     * The entries of a body.
     *
     * @throws IllegalArgumentException if it is not whole, or of a version or with a kind that is not known
     */
    static List<StateEntry> decode(ByteBuffer body) {
        try {
            byte version = body.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("version " + version + " is not " + VERSION);
            }
            List<StateEntry> entries = new ArrayList<>();
            while (body.hasRemaining()) {
                entries.add(entry(body));
            }
            return entries;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("an entry is longer than the body", e);
        }
    }

    private static StateEntry entry(ByteBuffer body) {
        StateKind kind = StateKind.ofNumber(body.get());
        int form = body.get();
        StateKey key = new StateKey(kind, text(body, body.getShort()));
        return switch (form) {
            case TEXT -> new Put(key, new Text(text(body, body.getInt())));
            case NUMBERS -> new Put(key, numbers(body));
            case REMOVAL -> new Removal(key);
            default -> throw new IllegalArgumentException("form " + form + " of an entry is not known");
        };
    }

    private static Numbers numbers(ByteBuffer body) {
        int count = body.getInt();
        SortedMap<Integer, Long> all = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            all.put(body.getInt(), body.getLong());
        }
        return new Numbers(all);
    }

    private static String text(ByteBuffer body, int length) {
        if (length < 0 || length > body.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes in " + body.remaining());
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The same entries in as many lists as bodies of a size need.
     *
     * @throws IllegalArgumentException if one text is larger than that
     */
    static List<List<StateEntry>> split(List<StateEntry> entries, int bytesMax) {
        List<List<StateEntry>> bodies = new ArrayList<>();
        List<StateEntry> body = new ArrayList<>();
        int left = bytesMax - 1;
        for (StateEntry entry : entries) {
            for (StateEntry part : parts(entry, bytesMax - 1)) {
                int bytes = bytes(part);
                if (bytes > left) {
                    bodies.add(body);
                    body = new ArrayList<>();
                    left = bytesMax - 1;
                }
                body.add(part);
                left -= bytes;
            }
        }
        if (!body.isEmpty()) {
            bodies.add(body);
        }
        return bodies;
    }

    /** Numbers that are too many for one body in several entries: they are added to each other. */
    private static List<StateEntry> parts(StateEntry entry, int bytesMax) {
        int bytes = bytes(entry);
        if (bytes <= bytesMax) {
            return List.of(entry);
        }
        if (!(entry instanceof Put put && put.value() instanceof Numbers numbers)) {
            throw new IllegalArgumentException(entry.key().kind() + " '"
                    + entry.key().name() + "' takes " + bytes + " bytes, more than the " + bytesMax + " of a record");
        }
        int countMax = (bytesMax - (bytes - NUMBER_BYTES * numbers.all().size())) / NUMBER_BYTES;
        List<StateEntry> parts = new ArrayList<>();
        SortedMap<Integer, Long> part = new TreeMap<>();
        for (Map.Entry<Integer, Long> each : numbers.all().entrySet()) {
            part.put(each.getKey(), each.getValue());
            if (part.size() == countMax) {
                parts.add(new Put(put.key(), new Numbers(part)));
                part.clear();
            }
        }
        if (!part.isEmpty()) {
            parts.add(new Put(put.key(), new Numbers(part)));
        }
        return parts;
    }
}
