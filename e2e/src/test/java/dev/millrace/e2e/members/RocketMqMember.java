package dev.millrace.e2e.members;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Members with the published client. Thread-safe: stateless. */
final class RocketMqMember {
    private static final int INTERVAL_MS = 1_000;
    private static final int PAUSE_MS = 100;
    private static final int SEND_TIMEOUT_MS = 3_000;

    private RocketMqMember() {}

    /** Starts a consumer; what is returned ends it. */
    static Runnable consumeInOrder(MemberSettings settings, OrderedMain.Handling handling) throws MQClientException {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(settings.group());
        configure(consumer, settings);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        consumer.setPullTimeDelayMillsWhenException(PAUSE_MS);
        consumer.subscribe(settings.topic(), "*");
        MessageListenerOrderly listener = (messages, context) -> {
            for (MessageExt message : messages) {
                handling.handle(message.getQueueId(), message.getQueueOffset(), new String(message.getBody(), UTF_8));
            }
            return ConsumeOrderlyStatus.SUCCESS;
        };
        consumer.registerMessageListener(listener);
        consumer.start();
        return consumer::shutdown;
    }

    /** What matters is that the client looks again, not after how long. */
    private static void configure(ClientConfig config, MemberSettings settings) {
        config.setNamesrvAddr(settings.namesrv());
        config.setClientIP("127.0.0.1");
        config.setInstanceName(settings.name());
        config.setVipChannelEnabled(false);
        config.setPollNameServerInterval(INTERVAL_MS);
        config.setHeartbeatBrokerInterval(INTERVAL_MS);
        config.setPersistConsumerOffsetInterval(INTERVAL_MS);
    }

    static TransactionsMain.Sender transactions(MemberSettings settings, TransactionsMain.Database database)
            throws MQClientException {
        TransactionMQProducer producer = new TransactionMQProducer(settings.group());
        configure(producer, settings);
        producer.setSendMsgTimeout(SEND_TIMEOUT_MS);
        // A retried send may store two halves, and both have an outcome.
        producer.setRetryTimesWhenSendFailed(0);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
                return state(database.decide((String) argument));
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return state(database.check(new String(message.getBody(), UTF_8)));
            }
        });
        producer.start();
        return number -> {
            try {
                producer.sendMessageInTransaction(new Message(settings.topic(), number.getBytes(UTF_8)), number);
                return true;
            } catch (MQClientException e) {
                return false;
            }
        };
    }

    private static LocalTransactionState state(String outcome) {
        return switch (outcome) {
            case "COMMIT" -> LocalTransactionState.COMMIT_MESSAGE;
            case "ROLLBACK" -> LocalTransactionState.ROLLBACK_MESSAGE;
            default -> LocalTransactionState.UNKNOW;
        };
    }
}
