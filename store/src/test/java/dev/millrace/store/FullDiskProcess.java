package dev.millrace.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that takes the space away from its own store, sends until it is refused, reads, gives the space back, sends
 * until it is taken, and then looks whether everything acknowledged is there. It says {@code ok} or what was wrong.
 */
final class FullDiskProcess {
    private static final long DEADLINE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Path folder;
    private final Squeeze squeeze;
    private final Map<String, List<String>> acknowledged = new LinkedHashMap<>();
    private int number;

    /** Takes space away and gives it back. */
    private interface Squeeze {
        void take() throws Throwable;

        void give() throws Throwable;
    }

    private FullDiskProcess(Path folder, Squeeze squeeze) {
        this.folder = folder;
        this.squeeze = squeeze;
    }

    /** Arguments: folder, and {@code fill} (a file takes all space) or {@code limit} (of the process, for every file). */
    public static void main(String[] arguments) throws Throwable {
        Path folder = Path.of(arguments[0]);
        new FullDiskProcess(folder, arguments[1].equals("fill") ? new Ballast(folder) : new SizeLimit()).run();
    }

    private void run() throws Throwable {
        TestConfig config = TestConfig.small(folder)
                .withSegmentBytes(1 << 20)
                .withRecordBytesMax(64 * 1024)
                .withIndexEnabled(true)
                .withFlush(FlushMode.SYNC, Duration.ofMillis(500))
                .withDerivedFlushInterval(Duration.ofSeconds(1));
        try (MessageStore store = StoreProcess.open(config)) {
            for (int i = 0; i < 40; i++) {
                require(send(store) == WriteState.WRITABLE, "a send with space was refused");
            }
            await("readable", () -> store.dispatchedPosition() == store.maxPosition());
            squeeze.take();
            await("refused", () -> send(store) == WriteState.DISK_FULL);
            System.out.println("refused: " + store.writeStateReason());
            require(bodies(store, "t0").size() >= 10, "no reads while the disk is full");
            require(send(store) != WriteState.FAILED, "failed for good: " + store.writeStateReason());
            squeeze.give();
            await("taken again", () -> send(store) == WriteState.WRITABLE);
            await("dispatched", () -> store.dispatchedPosition() == store.maxPosition());
        }
        try (MessageStore store = StoreProcess.open(config)) {
            acknowledged.forEach((topic, expected) -> {
                List<String> found = bodies(store, topic);
                require(found.equals(expected), topic + " has " + found + ", acknowledged were " + expected);
            });
        }
        System.out.println("ok " + number);
    }

    /** Sends one message, each tenth to a topic of its own; the state that answered. */
    private WriteState send(MessageStore store) {
        String topic = number % 10 == 9 ? "new" + number : "t" + number % 4;
        String body = number++ + "x".repeat(3000);
        TestAppend request = TestAppend.of(store.queue(topic, 0), TestRecords.record(topic, 0, body, "KEYS=k" + body));
        require(store.append(request), "inbox full");
        try {
            request.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (request.isAppended()) {
            acknowledged.computeIfAbsent(topic, name -> new ArrayList<>()).add(body);
            return WriteState.WRITABLE;
        }
        return request.outcome() instanceof AppendOutcome.NotWritable refused ? refused.state() : WriteState.FAILED;
    }

    private static List<String> bodies(MessageStore store, String topic) {
        List<String> found = new ArrayList<>();
        QueueLog queue = store.queue(topic, 0);
        long offset = 0;
        while (offset < queue.maxOffset()) {
            try (ReadResult result = store.read(queue, new ReadLimits(offset, 32, 1 << 20, 800), EntryFilter.ALL)) {
                result.slices().forEach(slice -> found.addAll(TestStore.bodies(slice)));
                offset = result.nextOffset();
            }
        }
        return found;
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long start = System.nanoTime();
        while (!condition.holds()) {
            require(System.nanoTime() - start < DEADLINE_NANOS, "not " + what + " within 30 s");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new AssertionError(fault);
        }
    }

    /** A file that takes what is left of a file system. */
    private static final class Ballast implements Squeeze {
        private final Path file;

        Ballast(Path folder) {
            this.file = folder.resolve("ballast");
        }

        @Override
        public void take() throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(4096);
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (true) {
                    channel.write(bytes.clear());
                }
            } catch (IOException full) {
                System.out.println("filled: " + full.getMessage());
            }
        }

        @Override
        public void give() throws IOException {
            Files.delete(file);
        }
    }

    /** The system's limit for the size of any file that this process writes. */
    private static final class SizeLimit implements Squeeze {
        private static final int FILE_SIZE = 1;
        private static final long BYTES = 64 * 1024;
        private long before;

        @Override
        public void take() throws Throwable {
            before = change(BYTES);
        }

        @Override
        public void give() throws Throwable {
            change(before);
        }

        /** Sets the soft limit; the one before. */
        @SuppressWarnings("restricted")
        private static long change(long bytes) throws Throwable {
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor call =
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
            var get = linker.downcallHandle(linker.defaultLookup().findOrThrow("getrlimit"), call);
            var set = linker.downcallHandle(linker.defaultLookup().findOrThrow("setrlimit"), call);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
                require((int) get.invokeExact(FILE_SIZE, limits) == 0, "getrlimit failed");
                long old = limits.get(ValueLayout.JAVA_LONG, 0);
                limits.set(ValueLayout.JAVA_LONG, 0, bytes);
                require((int) set.invokeExact(FILE_SIZE, limits) == 0, "setrlimit failed");
                return old;
            }
        }
    }
}
