package dev.millrace.namesrv.route;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the body of a registration, which comes in three forms: JSON, the bare topic table in JSON (brokers before 3.0.11),
 * and compressed. The compressed form is a zlib stream of, big endian:
 *
 * <pre>
 * int length, DataVersion as JSON
 * int count, then for each topic: int length, text "name readQueues writeQueues permission filterType {attributes}"
 * int length, list of filter servers as JSON; since 5.0.0 also queue mappings (both not read)
 * </pre>
 *
 * <p>A body that starts like a zlib stream is taken as compressed whatever the flag says: brokers of 5.x compress without
 * setting it. Source: docs/protocol.md, section "Registration". Stateless.
 */
final class RegistrationBody {
    /** A million topics; more is no table but an attack on memory. */
    static final int INFLATED_BYTES_MAX = 128 * 1024 * 1024;

    private static final int ZLIB_FIRST_BYTE = 0x78;
    private static final int VERSION_WITH_ENVELOPE = 37; // 3.0.11
    private static final int TOPIC_FIELDS_MIN = 5;

    private RegistrationBody() {}

    /** @throws BadFieldException if the checksum is wrong or the body is none of the forms */
    static TopicConfigTable read(RegisterBroker request, int version) {
        ByteBuffer body = request.body();
        checkCrc(request, body);
        if (!body.hasRemaining()) {
            return new TopicConfigTable(DataVersion.NONE, Map.of());
        }
        boolean isCompressed = body.get(body.position()) == ZLIB_FIRST_BYTE;
        if (isCompressed) {
            return compressed(inflate(body));
        }
        if (version > 0 && version < VERSION_WITH_ENVELOPE) {
            return BodyJson.read(TopicConfigTable.class, body);
        }
        TopicConfigTable table = BodyJson.read(RegisterBrokerBody.class, body).topicConfigSerializeWrapper();
        return table == null ? new TopicConfigTable(DataVersion.NONE, Map.of()) : table;
    }

    private static void checkCrc(RegisterBroker request, ByteBuffer body) {
        Integer expected = request.bodyCrc32();
        if (expected == null || expected == 0) {
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(body.duplicate());
        int actual = (int) (crc.getValue() & Integer.MAX_VALUE);
        if (actual != expected) {
            throw new BadFieldException("crc32 not match: body of " + body.remaining() + " bytes has " + actual
                    + ", header says " + expected + "; register again");
        }
    }

    private static byte[] inflate(ByteBuffer body) {
        Inflater inflater = new Inflater();
        ByteArrayOutputStream inflated = new ByteArrayOutputStream(body.remaining() * 4);
        byte[] chunk = new byte[64 * 1024];
        try {
            inflater.setInput(body.duplicate());
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                if (count == 0 && !inflater.finished()) {
                    throw new BadFieldException("compressed registration ends early; register again");
                }
                inflated.write(chunk, 0, count);
                if (inflated.size() > INFLATED_BYTES_MAX) {
                    throw new BadFieldException("registration is larger than " + INFLATED_BYTES_MAX
                            + " bytes when unpacked; use fewer topics");
                }
            }
        } catch (DataFormatException e) {
            throw new BadFieldException("compressed registration is no zlib stream: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
        return inflated.toByteArray();
    }

    private static TopicConfigTable compressed(byte[] inflated) {
        ByteBuffer in = ByteBuffer.wrap(inflated);
        try {
            DataVersion version = BodyJson.read(DataVersion.class, text(in).getBytes(StandardCharsets.UTF_8));
            Map<String, TopicConfig> topics = new HashMap<>();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                TopicConfig topic = topic(text(in));
                topics.put(topic.topicName(), topic);
            }
            return new TopicConfigTable(version, topics);
        } catch (BufferUnderflowException e) {
            throw new BadFieldException(
                    "compressed registration of " + inflated.length + " bytes ends inside a field; register again", e);
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BadFieldException("compressed registration names a field of " + length + " bytes where "
                    + in.remaining() + " are left; register again");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static TopicConfig topic(String text) {
        String[] parts = text.split(" ", TOPIC_FIELDS_MIN + 1);
        if (parts.length < TOPIC_FIELDS_MIN) {
            throw new BadFieldException(
                    "topic '" + text + "' in a compressed registration has fewer than " + TOPIC_FIELDS_MIN + " fields");
        }
        try {
            return new TopicConfig(
                    Map.of(),
                    false,
                    Integer.parseInt(parts[3]),
                    Integer.parseInt(parts[1]),
                    parts[4],
                    parts[0],
                    0,
                    Integer.parseInt(parts[2]));
        } catch (NumberFormatException e) {
            throw new BadFieldException("topic '" + text + "' in a compressed registration has no numbers", e);
        }
    }
}
