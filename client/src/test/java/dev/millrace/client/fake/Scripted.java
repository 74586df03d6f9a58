package dev.millrace.client.fake;

import dev.millrace.protocol.ResponseCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What a test wants a broker to do otherwise than usual. Thread-safe. */
final class Scripted {
    final Queue<ResponseCode> degrees = new ConcurrentLinkedQueue<>();
    final Queue<ResponseCode> refusals = new ConcurrentLinkedQueue<>();
    volatile boolean isSilent;
    volatile boolean areFiltersRefused;
    volatile int flagOfNext;
}
