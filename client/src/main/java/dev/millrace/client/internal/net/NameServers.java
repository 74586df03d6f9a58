package dev.millrace.client.internal.net;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.ReplyReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The NameServers of one cluster: one is asked until it fails, then the next. Thread-safe. */
public final class NameServers {
    private final Requests requests;
    private final List<String> addresses;
    private volatile int chosen;

    /**
     * @param list {@code host:port}, separated by {@code ;}
     * @param first index of the first to ask, any number
     */
    public NameServers(Requests requests, String list, int first) {
        this.requests = requests;
        List<String> parsed = new ArrayList<>();
        for (String address : list.split("[;,]", -1)) {
            if (!address.isBlank()) {
                parsed.add(address.trim());
            }
        }
        if (parsed.isEmpty()) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT, "NameServer list '" + list + "' is empty; write host:port;host:port");
        }
        this.addresses = List.copyOf(parsed);
        this.chosen = Math.floorMod(first, addresses.size());
    }

    public List<String> addresses() {
        return addresses;
    }

    /** Asks one of them; an answer, even a refusal, ends the search. */
    public <T> CompletableFuture<T> ask(Request request, ReplyReader<T> reader) {
        CompletableFuture<T> result = new CompletableFuture<>();
        ask(request, reader, chosen, addresses.size(), result);
        return result;
    }

    private <T> void ask(
            Request request, ReplyReader<T> reader, int index, int triesLeft, CompletableFuture<T> result) {
        String address = addresses.get(index);
        requests.call(address, request, requests.timeout(), Requests.successful(address, reader))
                .whenComplete((value, fault) -> {
                    if (fault == null) {
                        result.complete(value);
                        return;
                    }
                    ClientException cause = Faults.of(fault);
                    boolean isDown = cause.code() == ErrorCode.NOT_CONNECTED || cause.code() == ErrorCode.TIMEOUT;
                    if (!isDown) {
                        result.completeExceptionally(cause);
                    } else if (triesLeft == 1) {
                        result.completeExceptionally(new ClientException(
                                ErrorCode.NO_NAMESERVER,
                                "none of the NameServers " + addresses + " answers; the last said: "
                                        + cause.getMessage(),
                                cause));
                    } else {
                        int next = (index + 1) % addresses.size();
                        chosen = next;
                        ask(request, reader, next, triesLeft - 1, result);
                    }
                });
    }
}
