package dev.millrace.e2e.members;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;

/** Members with our client. Thread-safe: stateless. */
final class MillraceMember {
    private MillraceMember() {}

    /** Starts a consumer; what is returned ends it. */
    static Runnable consumeInOrder(MemberSettings settings, OrderedMain.Handling handling) {
        MillraceClient client =
                MillraceClient.builder().namesrv(settings.namesrv()).build();
        Consumer consumer = client.consumer(settings.group())
                .subscribe(settings.topic(), Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .ordered()
                .threads(4)
                .listener(message -> {
                    String body = new String(message.body(), UTF_8);
                    handling.handle(message.queue().queueId(), message.queueOffset(), body);
                    return ConsumeResult.SUCCESS;
                })
                .start();
        return () -> {
            consumer.close();
            client.close();
        };
    }

    static TransactionsMain.Sender transactions(MemberSettings settings, TransactionsMain.Database database) {
        MillraceClient client =
                MillraceClient.builder().namesrv(settings.namesrv()).build();
        TransactionalProducer producer = client.transactionalProducer(
                        settings.group(),
                        message -> TransactionOutcome.valueOf(database.check(new String(message.body(), UTF_8))))
                .topic(settings.topic())
                .build();
        return number -> {
            try {
                producer.send(
                        Message.of(settings.topic(), number.getBytes(UTF_8)),
                        stored -> TransactionOutcome.valueOf(database.decide(number)));
                return true;
            } catch (ClientException e) {
                return false;
            }
        };
    }
}
