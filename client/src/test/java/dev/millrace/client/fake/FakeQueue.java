package dev.millrace.client.fake;

import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One queue in memory. Thread-safe. */
final class FakeQueue {
    private final List<byte[]> records = new ArrayList<>();
    private final List<Runnable> parked = new ArrayList<>();

    synchronized long append(byte[] record, long position) {
        ByteBuffer buffer = ByteBuffer.wrap(record);
        StoredMessageLayout.putQueueOffset(buffer, 0, records.size());
        StoredMessageLayout.putPosition(buffer, 0, position);
        records.add(record);
        List.copyOf(parked).forEach(Runnable::run);
        parked.clear();
        return records.size() - 1L;
    }

    synchronized byte[] record(long offset) {
        return records.get((int) offset).clone();
    }

    synchronized long end() {
        return records.size();
    }

    /** The records from an offset on; parks the action if there are none. */
    synchronized List<byte[]> readOrPark(long offset, int countMax, Runnable whenThere) {
        if (offset >= records.size()) {
            parked.add(whenThere);
            return List.of();
        }
        return List.copyOf(records.subList((int) offset, (int) Math.min(records.size(), offset + countMax)));
    }
}
