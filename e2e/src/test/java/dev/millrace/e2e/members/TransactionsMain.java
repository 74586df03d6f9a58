package dev.millrace.e2e.members;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that sends messages in transactions; the test is its database. Each thread sends a {@code hello} first. It
 * asks {@code next} for a number until there is none, {@code decide NUMBER} in the local transaction, {@code check NUMBER}
 * when a broker asks, and tells {@code failed NUMBER} when the message was not stored for all it knows. Owner: the main
 * thread.
 */
final class TransactionsMain {
    private static final int THREADS = 4;
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private TransactionsMain() {}

    public static void main(String[] arguments) throws Exception {
        MemberSettings settings = MemberSettings.parse(arguments);
        LinkClient link = new LinkClient(settings.linkPort());
        Database database = new Database(link);
        Sender sender = switch (settings.kind()) {
            case ROCKETMQ -> RocketMqMember.transactions(settings, database);
            case MILLRACE -> MillraceMember.transactions(settings, database);
        };
        for (int index = 0; index < THREADS; index++) {
            String hello = "hello-" + settings.name() + "-" + index;
            new Thread(() -> sendAll(link, sender, hello), "member-" + index).start();
        }
        new CountDownLatch(1).await();
    }

    private static void sendAll(LinkClient link, Sender sender, String hello) {
        // A client tells brokers that it is there when it has sent to their topic.
        while (!sender.isSent(hello)) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (String number = link.ask("next"); !number.isEmpty(); number = link.ask("next")) {
            if (!sender.isSent(number)) {
                link.ask("failed " + number);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** What became of transactions; answers are names of {@link dev.millrace.client.TransactionOutcome}. */
    record Database(LinkClient link) {
        String decide(String number) {
            return link.ask("decide " + number);
        }

        String check(String number) {
            return link.ask("check " + number);
        }
    }

    /** Sends the message of one transaction. */
    @FunctionalInterface
    interface Sender {
        boolean isSent(String number);
    }
}
