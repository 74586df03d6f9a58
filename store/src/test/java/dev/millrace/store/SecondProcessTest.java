package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes and one folder. */
class SecondProcessTest {
    private final Path folder;

    SecondProcessTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void isRefusedAFolderThatAnotherProcessHasOpen() throws IOException, InterruptedException {
        try (ChildJvm other = ChildJvm.start(StoreProcess.class, folder.toString())) {
            other.awaitLine("open");
            other.tell("one");
            other.awaitLine("appended one");

            assertThatThrownBy(() -> TestStore.open(TestConfig.small(folder)))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("folder " + folder + " is in use by another process, its abort file names pid "
                            + other.pid() + "; stop it or give this store another folder");

            other.tell("two");
            other.awaitLine("appended two");
            other.tell("close");
            other.awaitLine("closed");
        }
        try (TestStore test = TestStore.open(TestConfig.small(folder))) {
            assertThat(test.bodies("t", 0)).containsExactly("one", "two");
        }
    }

    @Test
    void refusesAnotherProcessEvenAfterASecondOpeningHere() throws InterruptedException {
        try (TestStore test = TestStore.open(TestConfig.small(folder))) {
            // The system gives a process's lock free when any channel on the file closes.
            assertThatThrownBy(() -> TestStore.open(TestConfig.small(folder)))
                    .hasMessageContaining("is in use by another process");

            try (ChildJvm other = ChildJvm.start(StoreProcess.class, folder.toString())) {
                assertThat(other.awaitLine("refused"))
                        .contains(
                                folder.toString(),
                                "pid " + ProcessHandle.current().pid(),
                                "give this store another");
                assertThat(other.awaitEnd()).isZero();
            }

            TestAppend next = test.send("t", 0, "still here");
            test.run();
            assertThat(next.isAppended()).isTrue();
            assertThat(test.bodies("t", 0)).containsExactly("still here");
        }
    }

    @Test
    void takesOverAFolderWhoseProcessWasKilled() throws IOException, InterruptedException {
        try (ChildJvm other = ChildJvm.start(StoreProcess.class, folder.toString())) {
            other.awaitLine("open");
            other.tell("one");
            other.awaitLine("appended one");
            other.kill();
        }

        try (TestStore test = TestStore.open(TestConfig.small(folder))) {
            assertThat(test.bodies("t", 0)).containsExactly("one");
        }
    }
}
