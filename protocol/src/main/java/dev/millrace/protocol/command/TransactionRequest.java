package dev.millrace.protocol.command;

import org.jspecify.annotations.Nullable;

/** What producers tell a broker about their transactions. */
public sealed interface TransactionRequest extends BrokerRequest {

    /**
     * Says how a transaction ended.
     *
     * @param tranStateTableOffset queue offset of the half message
     * @param commitLogOffset position of the half message
     * @param commitOrRollback one of the constants
     * @param fromTransactionCheck whether the broker asked
     * @param msgId unique id of the message
     */
    record EndTransaction(
            String producerGroup,
            long tranStateTableOffset,
            long commitLogOffset,
            int commitOrRollback,
            @Nullable Boolean fromTransactionCheck,
            String msgId,
            @Nullable String transactionId,
            @Nullable String topic)
            implements TransactionRequest {
        public static final int UNKNOWN = 0;
        public static final int COMMIT = 8;
        public static final int ROLLBACK = 12;
    }
}
