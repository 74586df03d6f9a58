package dev.millrace.e2e.members;

import java.util.concurrent.CountDownLatch;

/**
 * An application that consumes a topic in order and tells the test of each message, before and after it, as {@code begin
 * NAME QUEUE OFFSET BODY} and {@code end NAME QUEUE OFFSET}. Ends in good order when it is asked to. Owner: the main
 * thread.
 */
final class OrderedMain {
    private OrderedMain() {}

    public static void main(String[] arguments) throws Exception {
        MemberSettings settings = MemberSettings.parse(arguments);
        LinkClient link = new LinkClient(settings.linkPort());
        Handling handling = (queueId, offset, body) -> {
            String place = settings.name() + " " + queueId + " " + offset;
            link.ask("begin " + place + " " + body);
            link.ask("end " + place);
        };
        Runnable end = switch (settings.kind()) {
            case ROCKETMQ -> RocketMqMember.consumeInOrder(settings, handling);
            case MILLRACE -> MillraceMember.consumeInOrder(settings, handling);
        };
        Runtime.getRuntime().addShutdownHook(new Thread(end, "member-end"));
        new CountDownLatch(1).await();
    }

    /** What the application does with a message. */
    @FunctionalInterface
    interface Handling {
        void handle(int queueId, long offset, String body);
    }
}
