package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HalfSnapshotTest {
    private static final PendingHalves.Content CONTENT = new PendingHalves.Content(
            12_345,
            7,
            8,
            List.of(new Half(100, 1, 2, 3, 4, "grüße"), new Half(200, 5, 6, 7, 0, ""), new Half(300, 6, 1, 1, 15, "")));

    @Test
    void readsWhatItWrote(@TempDir Path folder) throws IOException {
        HalfSnapshot file = new HalfSnapshot(folder.resolve("below").resolve("transactions"));
        assertThat(file.read()).isEmpty();

        file.write(CONTENT);

        assertThat(file.read()).contains(CONTENT);
    }

    @Test
    void refusesEveryTruncationAndEveryFlippedByte(@TempDir Path folder) throws IOException {
        ByteBuffer whole = HalfSnapshot.encode(CONTENT);
        for (int length = 0; length < whole.limit(); length++) {
            ByteBuffer cut = ByteBuffer.allocate(length).put(0, whole, 0, length);
            assertThatThrownBy(() -> HalfSnapshot.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        for (int at = 0; at < whole.limit(); at++) {
            ByteBuffer flipped = ByteBuffer.allocate(whole.limit()).put(0, whole, 0, whole.limit());
            flipped.put(at, (byte) ~flipped.get(at));
            assertThatThrownBy(() -> HalfSnapshot.decode(flipped)).isInstanceOf(IllegalArgumentException.class);
        }
        Path file = folder.resolve("transactions");
        Files.write(file, new byte[] {1, 2, 3});
        assertThat(new HalfSnapshot(file).read()).isEmpty();
    }
}
