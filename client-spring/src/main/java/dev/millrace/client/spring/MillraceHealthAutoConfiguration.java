package dev.millrace.client.spring;

import dev.millrace.client.MillraceClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health, where the application shows any; {@code management.health.millrace.enabled=false} takes it away. */
@AutoConfiguration(after = MillraceAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnEnabledHealthIndicator("millrace")
public final class MillraceHealthAutoConfiguration {
    @Bean
    @ConditionalOnBean({MillraceClient.class, MillraceListeners.class})
    @ConditionalOnMissingBean(name = "millraceHealthIndicator")
    HealthIndicator millraceHealthIndicator(MillraceClient client, MillraceListeners listeners) {
        return new MillraceHealth(client, listeners);
    }
}
