package dev.millrace.client.redis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.idempotent.IdempotenceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisStoreTest {
    @Test
    void saysThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThatThrownBy(() -> RedisStore.connect("redis://127.0.0.1:" + port, RedisSettings.defaults()))
                .isInstanceOf(IdempotenceException.class)
                .hasMessageContaining("connecting failed in Redis")
                .hasMessageContaining("check that Redis runs");
    }

    @Test
    void refusesSettingsThatCannotWork() {
        RedisSettings settings = RedisSettings.defaults();

        assertThatThrownBy(() -> settings.withKeyPrefix("{x}")).hasMessageContaining("key prefix '{x}' has braces");
        assertThatThrownBy(() -> settings.withTimeout(Duration.ZERO)).hasMessageContaining("timeout PT0S");
    }
}
