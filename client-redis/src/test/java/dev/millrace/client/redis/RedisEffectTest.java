package dev.millrace.client.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.idempotent.IdempotenceException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RedisEffectTest {
    @Test
    void tellsTheNumberOfWordsOfEachCommand() {
        RedisEffect effect = new RedisEffect().add("INCRBY", "sum", "3").add("PING");

        assertThat(effect.commandCount()).isEqualTo(2);
        assertThat(effect.valuesAfter("60000")).containsExactly("60000", "3", "INCRBY", "sum", "3", "1", "PING");
    }

    @Test
    void addsNothingOfACommandThatIsNotWhole() {
        RedisEffect effect = new RedisEffect().add("PING");
        String[] arguments = {"a", "b"};
        Arrays.fill(arguments, 1, 2, null);

        assertThatThrownBy(() -> effect.add("SET", arguments)).isInstanceOf(NullPointerException.class);

        assertThat(effect.commandCount()).isEqualTo(1);
        assertThat(effect.valuesAfter("60000")).containsExactly("60000", "1", "PING");
    }

    @Test
    void refusesWhatIsBeyondItsLimits() {
        RedisEffect effect = new RedisEffect();

        assertThatThrownBy(() -> effect.add("")).isInstanceOf(IdempotenceException.class);
        assertThatThrownBy(() -> effect.add("DEL", new String[RedisEffect.ARGUMENTS_MAX]))
                .hasMessageContaining("'DEL' with 1000 arguments")
                .hasMessageContaining("fewer commands");
        for (int i = 0; i < RedisEffect.COMMANDS_MAX; i++) {
            effect.add("INCR", "a");
        }
        assertThatThrownBy(() -> effect.add("INCR", "a")).hasMessageContaining("number 1001");
    }
}
