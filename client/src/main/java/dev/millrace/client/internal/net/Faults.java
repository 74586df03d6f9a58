package dev.millrace.client.internal.net;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.transport.TransportException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Turns what went wrong into a {@link ClientException}. Stateless. */
public final class Faults {
    private Faults() {}

    /** The exception for an answer that is no success. */
    public static ClientException ofAnswer(String address, int code, @Nullable String remark) {
        String name = ResponseCode.ofNumber(code).map(Enum::name).orElse("unknown");
        String text = remark == null || remark.isEmpty() ? "" : ": " + firstLine(remark);
        return new ClientException(codeOf(code), address + " answered " + code + " (" + name + ")" + text);
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static ErrorCode codeOf(int number) {
        ResponseCode code = ResponseCode.ofNumber(number).orElse(ResponseCode.SYSTEM_ERROR);
        return switch (code) {
            case SYSTEM_BUSY, FLOW_CONTROL, POLLING_FULL -> ErrorCode.BUSY;
            case REQUEST_CODE_NOT_SUPPORTED, VERSION_NOT_SUPPORTED -> ErrorCode.NOT_SUPPORTED;
            case MESSAGE_ILLEGAL -> ErrorCode.ILLEGAL_MESSAGE;
            case SERVICE_NOT_AVAILABLE, GO_AWAY -> ErrorCode.NOT_AVAILABLE;
            case NO_PERMISSION -> ErrorCode.NO_PERMISSION;
            case TOPIC_NOT_EXIST -> ErrorCode.TOPIC_NOT_EXIST;
            case SUBSCRIPTION_GROUP_NOT_EXIST -> ErrorCode.GROUP_NOT_EXIST;
            case SUBSCRIPTION_NOT_EXIST, QUERY_NOT_FOUND, NO_MESSAGE, CONSUMER_NOT_ONLINE, BROKER_NOT_EXIST ->
                ErrorCode.NOT_FOUND;
            case INVALID_PARAMETER, SUBSCRIPTION_PARSE_FAILED, ILLEGAL_OPERATION, TOPIC_EXIST_ALREADY ->
                ErrorCode.INVALID_ARGUMENT;
            default -> ErrorCode.SERVER_ERROR;
        };
    }

    /** The exception for whatever a stage failed with. */
    public static ClientException of(Throwable fault) {
        Throwable cause = fault;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ClientException) {
            return (ClientException) cause;
        }
        if (cause instanceof TransportException) {
            TransportException transport = (TransportException) cause;
            return new ClientException(
                    transport.wasSent() ? ErrorCode.TIMEOUT : ErrorCode.NOT_CONNECTED,
                    String.valueOf(cause.getMessage()),
                    cause);
        }
        if (cause instanceof CancellationException) {
            return new ClientException(ErrorCode.CLOSED, "the call was cancelled", cause);
        }
        return new ClientException(ErrorCode.SERVER_ERROR, "an answer can't be read: " + cause, cause);
    }

    /** Waits for a stage; its failure is thrown with the stack of this thread. */
    public static <T> T await(CompletableFuture<T> stage) {
        try {
            return stage.get();
        } catch (ExecutionException | CancellationException e) {
            throw of(e).here();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Waits for a stage at most this long. */
    public static <T> T await(CompletableFuture<T> stage, long timeoutMs, String what) {
        try {
            return stage.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CancellationException e) {
            throw of(e).here();
        } catch (TimeoutException e) {
            throw new ClientException(ErrorCode.TIMEOUT, what + " did not end within " + timeoutMs + " ms", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    public static ClientException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ClientException(ErrorCode.INTERRUPTED, "interrupted while waiting", e);
    }
}
