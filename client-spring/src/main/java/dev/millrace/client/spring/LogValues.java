package dev.millrace.client.spring;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Lets log lines show their values. The client logs a fixed sentence with the group, topic or error beside it, and Spring
 * Boot's pattern for Logback leaves out what stands beside. The level is where a pattern can be changed in part; the setting
 * of an application counts before this one. Thread-safe: stateless.
 */
final class LogValues implements EnvironmentPostProcessor {
    static final String PROPERTY = "logging.pattern.level";
    private static final String LOGBACK = "ch.qos.logback.classic.Logger";

    /** The usual level, then a space and the values, if there are any. */
    private static final String PATTERN = "%5p%replace( %kvp){'^ $', ''}";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (ClassUtils.isPresent(LOGBACK, application.getClassLoader())) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource("millrace-log-values", Map.of(PROPERTY, PATTERN)));
        }
    }
}
