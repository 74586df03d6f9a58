package dev.millrace.store.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.FaultyDisk;
import dev.millrace.store.FlushMode;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.StoreException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreIdentityTest {
    private static final Path FILE = Path.of("/store/group/identity");

    private final FaultyDisk disk = new FaultyDisk();

    @AfterEach
    void close() {
        disk.close();
    }

    private static GroupMembership member(String group, String bootId) {
        return new GroupMembership("prod", group, () -> bootId, () -> "id-1", () -> {});
    }

    private StoreIdentity create(FlushMode flush) {
        return StoreIdentity.create(disk, FILE, member("a", "boot-1\n"), flush);
    }

    private StoreIdentity open(String bootId, boolean endedCleanly) {
        return StoreIdentity.open(disk, FILE, member("a", bootId), FlushMode.ASYNC, endedCleanly);
    }

    private static StoreIdentity.Seen seen(long epoch, String record, boolean isVolatile) {
        return new StoreIdentity.Seen(epoch, record, isVolatile, StoreIdentity.NO_PROMISE);
    }

    @Test
    void keepsAllOfWhatWasSeen() {
        StoreIdentity identity = create(FlushMode.ASYNC);
        identity.save(new StoreIdentity.Seen(7, "", true, StoreIdentity.NO_PROMISE));
        StoreIdentity.Seen last = new StoreIdentity.Seen(9, "{\n\"crc \": 1}\ncrc 7\n", false, 9);
        identity.save(last);

        StoreIdentity found = open("boot-1", true);

        assertThat(found.storageId()).isEqualTo("id-1");
        assertThat(found.seen()).isEqualTo(last);
        assertThat(found.isVolatile()).isFalse();
    }

    @Test
    void isVolatileAfterAnotherBootWithoutCleanEnd() {
        create(FlushMode.ASYNC);
        assertThat(open("boot-1", false).isVolatile()).isFalse();
        assertThat(open("boot-2", true).isVolatile()).isFalse();
        assertThat(open("boot-3", false).isVolatile()).isTrue();
        assertThat(open("boot-3", true).isVolatile()).isTrue();

        open("boot-3", true).save(seen(1, "", false));

        assertThat(open("boot-3", true).isVolatile()).isFalse();
        assertThat(disk.readText(FILE)).contains("\nvolatile false\n");
    }

    @Test
    void synchronousFlushLosesNothingWithTheMachine() {
        create(FlushMode.SYNC);

        assertThat(StoreIdentity.open(disk, FILE, member("a", "boot-2"), FlushMode.ASYNC, false)
                        .isVolatile())
                .isFalse();
        // That run was asynchronous.
        assertThat(StoreIdentity.open(disk, FILE, member("a", "boot-3"), FlushMode.SYNC, false)
                        .isVolatile())
                .isTrue();
    }

    @Test
    void refusesTheFolderOfAnotherGroup() {
        create(FlushMode.ASYNC);

        assertThatThrownBy(() -> StoreIdentity.open(disk, FILE, member("b", "boot-1"), FlushMode.ASYNC, true))
                .isInstanceOf(StoreException.class)
                .hasMessage("folder of /store/group/identity is a copy of broker group a in cluster prod, this broker"
                        + " belongs to group b in cluster prod; correct the names, or give it a folder of its own");
    }

    @Test
    void refusesADamagedFile() {
        create(FlushMode.ASYNC).save(seen(3, "text", false));
        String whole = disk.readText(FILE);

        for (int i = 0; i < whole.length(); i++) {
            disk.writeText(FILE, whole.substring(0, i));
            assertThatThrownBy(() -> open("boot-1", true)).isInstanceOf(StoreException.class);
        }
        disk.writeText(FILE, whole.replace("epoch 3", "epoch 4"));
        assertThatThrownBy(() -> open("boot-1", true)).hasMessageContaining("does not end in the CRC of its text");
    }

    @Test
    void refusesARecordThatIsTooLong() {
        StoreIdentity identity = create(FlushMode.ASYNC);
        identity.save(seen(1, "x".repeat(StoreIdentity.RECORD_BYTES_MAX), false));

        assertThatThrownBy(() -> identity.save(seen(2, "x".repeat(StoreIdentity.RECORD_BYTES_MAX + 1), false)))
                .hasMessageContaining("65537 bytes is over the limit of 65536");
        assertThat(open("boot-1", true).seen().epoch()).isEqualTo(1);
    }
}
