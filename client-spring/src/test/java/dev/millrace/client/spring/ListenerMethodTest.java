package dev.millrace.client.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Message;
import dev.millrace.client.ReceivedMessage;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListenerMethodTest {
    record Order(String id) {}

    /** Methods that can't be listeners. */
    @SuppressWarnings({"unused", "rawtypes"})
    static final class Impossible {
        void nothing() {}

        void three(Order order, ReceivedMessage message, String more) {}

        void twoPayloads(Order order, String text) {}

        void messageTwice(ReceivedMessage message, ReceivedMessage same) {}

        void listAndOne(List<Order> orders, ReceivedMessage message) {}

        void primitive(int count) {}

        void outgoing(Message message) {}

        void rawList(List orders) {}

        void wildcard(List<?> orders) {}

        <T> void variable(T order) {}

        void anything(Object order) {}

        boolean yesOrNo(Order order) {
            return true;
        }

        CompletableFuture<ConsumeResult> later(Order order) {
            return CompletableFuture.completedFuture(ConsumeResult.SUCCESS);
        }

        private void hidden(Order order) {}

        static void ofNobody(Order order) {}
    }

    /** Methods that can. */
    @SuppressWarnings("unused")
    static final class Possible {
        void message(ReceivedMessage message) {}

        void text(String text) {}

        void bytes(byte[] body) {}

        ConsumeResult object(Order order) {
            return ConsumeResult.SUCCESS;
        }

        void objectAndMessage(Order order, ReceivedMessage message) {}

        void optional(Optional<Order> order) {}

        void set(Set<Order> orders) {}

        void batch(List<Order> orders) {}

        void batchOfMessages(List<ReceivedMessage> messages) {}

        void batchAndMessages(List<String> texts, List<ReceivedMessage> messages) {}
    }

    private static ListenerMethod method(Object bean, String name) {
        Method method = Arrays.stream(bean.getClass().getDeclaredMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return ListenerMethod.of(bean, method, method);
    }

    @Test
    void refusesImpossibleSignatures() {
        for (Method method : Impossible.class.getDeclaredMethods()) {
            assertThatThrownBy(() -> ListenerMethod.of(new Impossible(), method, method))
                    .as(method.toString())
                    .isInstanceOf(SetupException.class)
                    .hasMessageStartingWith("listener Impossible." + method.getName() + "(");
        }
        assertThatThrownBy(() -> method(new Impossible(), "primitive"))
                .hasMessage("listener Impossible.primitive(int) can't take int; take ReceivedMessage, String, byte[],"
                        + " a type of your own for JSON, or a List of one of these");
        assertThatThrownBy(() -> method(new Impossible(), "later"))
                .hasMessageContaining(
                        "returns java.util.concurrent.CompletableFuture<dev.millrace.client.ConsumeResult>");
    }

    @Test
    void takesPossibleOnes() {
        for (Method method : Possible.class.getDeclaredMethods()) {
            ListenerMethod listener = ListenerMethod.of(new Possible(), method, method);

            assertThat(listener.isBatch())
                    .as(method.toString())
                    .isEqualTo(method.getName().startsWith("batch"));
        }
    }

    @SuppressWarnings("unused")
    static final class Answering {
        @Nullable
        ConsumeResult nothing(ReceivedMessage message) {
            return null;
        }

        ConsumeResult again(ReceivedMessage message) {
            return ConsumeResult.RETRY;
        }

        void fails(ReceivedMessage message) throws IOException {
            if (message.topic().equals("orders")) {
                throw new IOException("disk full");
            }
        }

        void breaks(ReceivedMessage message) {
            if (message.topic().equals("orders")) {
                throw new AssertionError("as planned");
            }
        }

        void order(Order order) {}
    }

    private static ConsumeResult call(String name, PayloadReader reader) throws Exception {
        return method(new Answering(), name).call(List.of(new SampleMessage("orders", "1", "{")), reader, false);
    }

    private static ConsumeResult call(String name) throws Exception {
        return call(name, (message, type) -> new Order("1"));
    }

    @Test
    void turnsWhatTheMethodSaysIntoAResult() throws Exception {
        assertThat(call("order")).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(call("again")).isEqualTo(ConsumeResult.RETRY);
        assertThat(call("nothing")).isEqualTo(ConsumeResult.RETRY);
        assertThatThrownBy(() -> call("fails")).isInstanceOf(IOException.class).hasMessage("disk full");
        assertThatThrownBy(() -> call("breaks")).isInstanceOf(AssertionError.class);
    }

    @Test
    void saysWhichMessageCantBeRead() {
        assertThatThrownBy(() -> call("order", (message, type) -> {
                    throw new IllegalArgumentException("no brace\nand more");
                }))
                .isInstanceOf(ListenerException.class)
                .hasMessage("listener Answering.order(Order) can't read the body of message 1 of topic orders as "
                        + Order.class.getTypeName() + ": no brace; correct the sender or the type");
        assertThatThrownBy(() -> call("order", (message, type) -> null))
                .hasMessageEndingWith("it is null; correct the sender");
    }

    /** Refuses one of three messages. */
    static final class Choosy {
        final List<String> taken = new ArrayList<>();

        ConsumeResult take(List<Order> orders, List<ReceivedMessage> messages) {
            orders.forEach(order -> taken.add(order.id()));
            return ConsumeResult.each(messages.stream()
                    .map(message -> message.messageId().equals("3") ? ConsumeResult.RETRY : ConsumeResult.SUCCESS)
                    .toList());
        }
    }

    private static ConsumeResult callChoosy(Choosy bean, boolean isOrdered, String... texts) throws Exception {
        List<ReceivedMessage> messages = new ArrayList<>();
        for (String text : texts) {
            messages.add(new SampleMessage("orders", Integer.toString(messages.size() + 1), text));
        }
        PayloadReader reader = (message, type) -> {
            String text = ((SampleMessage) message).text();
            if (text.equals("bad")) {
                throw new IllegalArgumentException("as planned");
            }
            return new Order(text);
        };
        return method(bean, "take").call(messages, reader, isOrdered);
    }

    @Test
    void goesOnWithoutThoseOfABatchThatCantBeRead() throws Exception {
        Choosy bean = new Choosy();

        ConsumeResult result = callChoosy(bean, false, "a", "bad", "c", "d");

        assertThat(bean.taken).containsExactly("a", "c", "d");
        assertThat(result.forMessages(4))
                .containsExactly(
                        ConsumeResult.SUCCESS, ConsumeResult.RETRY, ConsumeResult.RETRY, ConsumeResult.SUCCESS);
        assertThatThrownBy(() -> callChoosy(bean, false, "bad", "bad")).isInstanceOf(ListenerException.class);
    }

    @Test
    void letsNothingOvertakeInAnOrderedBatch() throws Exception {
        Choosy bean = new Choosy();

        ConsumeResult result = callChoosy(bean, true, "a", "bad", "c");

        assertThat(bean.taken).containsExactly("a");
        assertThat(result.forMessages(3))
                .containsExactly(ConsumeResult.SUCCESS, ConsumeResult.RETRY, ConsumeResult.RETRY);
    }
}
