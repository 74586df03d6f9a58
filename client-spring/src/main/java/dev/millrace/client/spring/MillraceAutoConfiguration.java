package dev.millrace.client.spring;

import dev.millrace.client.Batching;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.idempotent.IdempotenceStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import tools.jackson.databind.json.JsonMapper;

/** Makes the client's beans; each gives way to one of the application's own. Thread-safe: immutable. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@EnableConfigurationProperties(MillraceProperties.class)
public final class MillraceAutoConfiguration {
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    MillraceClient millraceClient(MillraceProperties properties) {
        MillraceClient.Builder builder = MillraceClient.builder()
                .namesrv(properties.checkedNamesrv())
                .ioThreads(properties.checkedIoThreads())
                .requestTimeout(properties.checkedRequestTimeout());
        String namespace = properties.namespace();
        if (namespace != null && !namespace.isBlank()) {
            builder.namespace(namespace);
        }
        if (properties.traced()) {
            builder.traced();
        }
        return builder.build();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Producer millraceProducer(MillraceClient client, MillraceProperties properties) {
        Producer.Builder builder = client.producer()
                .group(properties.checkedProducerGroup())
                .sendTimeout(properties.checkedSendTimeout())
                .bufferBytesMax(properties.checkedBufferBytes());
        if (properties.producer().batching()) {
            builder.batching(Batching.defaults());
        }
        return builder.build();
    }

    /** The check is looked up when a broker asks, so that the bean which sends may also be the one which checks. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @ConditionalOnBean(TransactionalProducer.OutcomeCheck.class)
    TransactionalProducer millraceTransactionalProducer(
            MillraceClient client, MillraceProperties properties, ConfigurableListableBeanFactory beans) {
        List<String> names = List.of(beans.getBeanNamesForType(TransactionalProducer.OutcomeCheck.class));
        ObjectProvider<TransactionalProducer.OutcomeCheck> check =
                beans.getBeanProvider(TransactionalProducer.OutcomeCheck.class);
        if (names.size() > 1) {
            throw new SetupException(
                    "there are " + names.size() + " OutcomeCheck beans: " + names,
                    "keep one, and let it decide by the message's topic; or make the TransactionalProducer beans yourself");
        }
        TransactionalProducer.Builder builder = client.transactionalProducer(
                        properties.checkedTransactionGroup(),
                        message -> check.getObject().check(message))
                .sendTimeout(properties.checkedTransactionTimeout());
        properties.transaction().topics().forEach(builder::topic);
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean
    static MillraceListeners millraceListeners(
            MillraceClient client,
            MillraceProperties properties,
            ConfigurableListableBeanFactory beans,
            Environment environment) {
        Map<String, IdempotenceStore> stores = beans.getBeansOfType(IdempotenceStore.class);
        ListenerStarter.Helpers helpers = new ListenerStarter.Helpers(
                beans.getBeanProvider(PayloadReader.class).getIfAvailable(),
                beans.getBeanProvider(ConsumerCustomizer.class).orderedStream().toList(),
                beans.getBeanProvider(ListenerMeters.class).getIfAvailable(() -> ListenerMeters.NONE),
                Threading.VIRTUAL.isActive(environment));
        return new MillraceListeners(
                new ListenerScan(beans, properties.checkedListenerThreads())::find,
                new ListenerStarter(client, properties, stores, helpers),
                new SimpleAsyncTaskExecutor("millrace-stop-"),
                new SimpleAsyncTaskExecutor("millrace-listeners-"),
                properties.listener().autoStartup());
    }

    /** Where there is Jackson. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JsonMapper.class)
    static class Json {
        @Bean
        @ConditionalOnMissingBean
        PayloadReader millracePayloadReader(ObjectProvider<JsonMapper> mapper) {
            return new JacksonPayloadReader(
                    mapper.getIfAvailable(() -> JsonMapper.builder().build()));
        }
    }

    /** Where there is Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {
        @Bean
        @ConditionalOnBean(MeterRegistry.class)
        ListenerMeters millraceListenerMeters(MeterRegistry registry) {
            return new MicrometerMeters(registry);
        }
    }
}
