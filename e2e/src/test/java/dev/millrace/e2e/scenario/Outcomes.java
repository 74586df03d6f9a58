package dev.millrace.e2e.scenario;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * The "database" behind a producer of transactions: what was decided for each body, and what the broker asked. The
 * argument of a send says what to tell at once. Thread-safe.
 */
final class Outcomes implements TransactionListener {
    private final Map<String, LocalTransactionState> decided = new ConcurrentHashMap<>();
    private final List<MessageExt> questions = new CopyOnWriteArrayList<>();
    private volatile LocalTransactionState undecided = LocalTransactionState.ROLLBACK_MESSAGE;

    /** What is told about bodies that nothing was decided for. */
    Outcomes withUndecided(LocalTransactionState state) {
        undecided = state;
        return this;
    }

    void decide(String body, LocalTransactionState state) {
        decided.put(body, state);
    }

    List<MessageExt> questions() {
        return questions;
    }

    /** Questions about one body. */
    long questionCount(String body) {
        return questions.stream()
                .filter(each -> Clients.body(each).equals(body))
                .count();
    }

    /** Bodies that are decided to be committed. */
    List<String> committed() {
        return decided.entrySet().stream()
                .filter(entry -> entry.getValue() == LocalTransactionState.COMMIT_MESSAGE)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
        if (argument instanceof Runnable) {
            ((Runnable) argument).run();
            return decided.getOrDefault(Clients.body(message), LocalTransactionState.UNKNOW);
        }
        return (LocalTransactionState) argument;
    }

    @Override
    public LocalTransactionState checkLocalTransaction(MessageExt message) {
        questions.add(message);
        return decided.getOrDefault(Clients.body(message), undecided);
    }
}
