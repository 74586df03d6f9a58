package dev.millrace.namesrv.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class RegistrationBodyTest {
    private static final int VERSION_4_9 = 401;

    @Test
    void readsCompressedTopics() throws IOException {
        byte[] body = deflated(plain());

        TopicConfigTable table = RegistrationBody.read(request(body, true), VERSION_4_9);

        assertThat(table.version()).isEqualTo(new DataVersion(5, 2, 1700000000000L));
        assertThat(table.topicConfigTable())
                .containsOnlyKeys("T", "U")
                .containsEntry("T", new TopicConfig(Map.of(), false, 6, 8, "SINGLE_TAG", "T", 0, 4));
    }

    @Test
    void recognisesCompressedBodyWithoutTheFlag() throws IOException {
        TopicConfigTable table = RegistrationBody.read(request(deflated(plain()), false), VERSION_4_9);

        assertThat(table.topicConfigTable()).hasSize(2);
    }

    @Test
    void checksTheChecksum() throws IOException {
        byte[] body = deflated(plain());
        CRC32 crc = new CRC32();
        crc.update(body);
        int right = (int) (crc.getValue() & Integer.MAX_VALUE);

        assertThat(RegistrationBody.read(request(body, true, right), VERSION_4_9)
                        .topicConfigTable())
                .hasSize(2);
        assertThatThrownBy(() -> RegistrationBody.read(request(body, true, right ^ 1), VERSION_4_9))
                .isInstanceOf(BadFieldException.class)
                .hasMessageStartingWith("crc32 not match");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] plain = plain();
        int lastNeeded = plain.length - Integer.BYTES - 2; // the list of filter servers is not read

        for (int length = 0; length < lastNeeded; length++) {
            byte[] body = deflated(Arrays.copyOf(plain, length));
            assertThatThrownBy(() -> RegistrationBody.read(request(body, true), VERSION_4_9))
                    .isInstanceOf(BadFieldException.class);
        }
    }

    @Test
    void refusesTruncatedStream() throws IOException {
        byte[] whole = deflated(plain());
        byte[] body = Arrays.copyOf(whole, whole.length / 2);

        assertThatThrownBy(() -> RegistrationBody.read(request(body, true), VERSION_4_9))
                .isInstanceOf(BadFieldException.class)
                .hasMessageContaining("register again");
    }

    @Test
    void readsTableWithoutEnvelopeOfOldBrokers() {
        byte[] body =
                "{\"dataVersion\":{\"counter\":3,\"timestamp\":9},\"topicConfigTable\":{\"T\":{\"perm\":6,\"topicName\":\"T\"}}}"
                        .getBytes(StandardCharsets.UTF_8);

        TopicConfigTable table = RegistrationBody.read(request(body, false), 36);

        assertThat(table.version()).isEqualTo(new DataVersion(3, 0, 9));
        assertThat(table.topicConfigTable()).containsOnlyKeys("T");
    }

    @Test
    void takesMissingBodyAsNoTopics() {
        assertThat(RegistrationBody.read(request(new byte[0], false), VERSION_4_9)
                        .topicConfigTable())
                .isEmpty();
    }

    private static RegisterBroker request(byte[] body, boolean isCompressed) {
        return request(body, isCompressed, 0);
    }

    private static RegisterBroker request(byte[] body, boolean isCompressed, int crc) {
        return new RegisterBroker("b", "a:1", "c", "a:2", 0, null, null, isCompressed, crc, ByteBuffer.wrap(body));
    }

    private static byte[] plain() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeText(out, "{\"counter\":5,\"stateVersion\":2,\"timestamp\":1700000000000}");
            out.writeInt(2);
            writeText(out, "T 8 4 6 SINGLE_TAG {\"message.type\":\"NORMAL\"}");
            writeText(out, "U 8 4 6 SINGLE_TAG");
            writeText(out, "[]");
        }
        return bytes.toByteArray();
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] deflated(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
