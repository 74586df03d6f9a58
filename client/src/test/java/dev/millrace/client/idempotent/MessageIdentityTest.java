package dev.millrace.client.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageIdentityTest {
    @Test
    void isTheUniqueIdAlsoAfterARetry() {
        SampleMessage first = SampleMessage.withId("AC01");
        SampleMessage again = new SampleMessage("orders", "offset-2", first.properties())
                .with("RETRY_TOPIC", "orders")
                .with("ORIGIN_MESSAGE_ID", first.offsetMessageId());

        MessageIdentity identity = MessageIdentity.uniqueId();

        assertThat(identity.of(first)).isEqualTo("AC01").isEqualTo(identity.of(again));
    }

    @Test
    void isThePlaceOfTheFirstRecordIfThereIsNoUniqueId() {
        SampleMessage first = new SampleMessage("orders", "offset-1", Map.of());
        SampleMessage again =
                new SampleMessage("orders", "offset-2", Map.of()).with("ORIGIN_MESSAGE_ID", first.offsetMessageId());

        MessageIdentity identity = MessageIdentity.uniqueId();

        assertThat(identity.of(first)).isEqualTo("offset-1").isEqualTo(identity.of(again));
    }

    @Test
    void isTopicAndKeyIfWanted() {
        SampleMessage sent = SampleMessage.withId("AC01").with("KEYS", "4711 other");
        SampleMessage sentAgain = SampleMessage.withId("AC02").with("KEYS", "4711");

        MessageIdentity identity = MessageIdentity.messageKey();

        assertThat(identity.of(sent)).isEqualTo("orders/4711").isEqualTo(identity.of(sentAgain));
        assertThat(identity.of(SampleMessage.withId("AC03"))).isEqualTo("AC03");
    }

    @Test
    void keyIsPlainIfItCanBeAndADigestIfNot() {
        assertThat(StoreKey.of("g", "AC01").value()).isEqualTo("g/AC01");
        assertThat(StoreKey.of("g", "über").value()).startsWith("g/#").hasSize(3 + 64);
        assertThat(StoreKey.of("g", "x".repeat(10_000)).value()).hasSizeLessThan(StoreKey.LENGTH_MAX);
        assertThat(StoreKey.of("g", "a ")).isNotEqualTo(StoreKey.of("g", "a"));
        assertThatThrownBy(() -> StoreKey.of("g", "")).hasMessageContaining("is empty");
    }

    @Test
    void settingsRefuseWhatCannotWork() {
        IdempotenceSettings settings = IdempotenceSettings.of("g");

        assertThatThrownBy(() -> IdempotenceSettings.of("a/b")).hasMessageContaining("scope 'a/b'");
        assertThatThrownBy(() -> settings.withLease(Duration.ofMillis(1))).hasMessageContaining("lease PT0.001S");
        assertThatThrownBy(() -> settings.withRetention(Duration.ofSeconds(1)))
                .hasMessageContaining("retention PT1S is outside PT30S..");
    }
}
