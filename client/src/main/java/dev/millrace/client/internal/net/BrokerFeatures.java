package dev.millrace.client.internal.net;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.protocol.command.OwnRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which of this project's own requests each broker knows; asked once per broker and again after a connection broke.
 * Thread-safe.
 */
public final class BrokerFeatures {
    /** Bit: stores messages of many queues in one request. */
    public static final int MULTI_SEND = 1;

    /** A broker that knows none of our own requests. */
    public static final int NONE = 0;
    /** Bit: answered the question at all, so it is one of ours. */
    public static final int OURS = 1 << 30;

    private final Requests requests;
    private final Map<String, CompletableFuture<Integer>> byAddress = new ConcurrentHashMap<>();

    public BrokerFeatures(Requests requests) {
        this.requests = requests;
    }

    /** The broker's feature bits; fails only if the broker can't be reached. */
    public CompletableFuture<Integer> of(String address) {
        CompletableFuture<Integer> known = byAddress.get(address);
        if (known != null && !known.isCompletedExceptionally()) {
            return known;
        }
        CompletableFuture<Integer> fresh = new CompletableFuture<>();
        CompletableFuture<Integer> other = known == null
                ? byAddress.putIfAbsent(address, fresh)
                : byAddress.replace(address, known, fresh) ? null : byAddress.get(address);
        if (other != null) {
            return other;
        }
        requests.ask(address, new OwnRequest.Negotiate(), (fields, body) -> OURS | fields.intOr("features", NONE))
                .whenComplete((features, fault) -> {
                    if (fault == null) {
                        fresh.complete(features);
                        return;
                    }
                    ClientException cause = Faults.of(fault);
                    if (cause.code() == ErrorCode.NOT_CONNECTED || cause.code() == ErrorCode.TIMEOUT) {
                        fresh.completeExceptionally(cause);
                    } else {
                        fresh.complete(NONE);
                    }
                });
        return fresh;
    }

    /** Whether this is one of our brokers, as far as is known now; asks if nothing is known. */
    public boolean isKnownAsOurs(String address) {
        CompletableFuture<Integer> features = of(address);
        return features.isDone() && !features.isCompletedExceptionally() && (features.join() & OURS) != 0;
    }

    /** Asks again from now on: another broker may answer under the same address. */
    public void forget() {
        byAddress.clear();
    }
}
