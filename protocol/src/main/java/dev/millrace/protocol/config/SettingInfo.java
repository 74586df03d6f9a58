package dev.millrace.protocol.config;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * One setting of a configuration record, as the record declares it.
 *
 * @param typeName how the documentation calls the type
 * @param defaultValue as written in a file, or {@link Setting#REQUIRED}
 * @param min empty for none
 * @param max empty for none
 */
public record SettingInfo(
        String key,
        String component,
        String typeName,
        String defaultValue,
        Change change,
        String description,
        String min,
        String max) {

    /** The settings of one record in the order of its components. */
    public static List<SettingInfo> of(Class<?> configRecord) {
        RecordComponent[] components = configRecord.getRecordComponents();
        if (components == null) {
            throw new AssertionError(configRecord.getName() + " is no record; settings live in records");
        }
        return Arrays.stream(components).map(SettingInfo::of).toList();
    }

    private static SettingInfo of(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new AssertionError(component.getDeclaringRecord().getName() + "." + component.getName()
                    + " has no @Setting; every component of a configuration record needs one");
        }
        return new SettingInfo(
                setting.key(),
                component.getName(),
                SettingType.of(component.getGenericType()).name(),
                setting.defaultValue(),
                setting.change(),
                setting.description(),
                setting.min(),
                setting.max());
    }

    public boolean isRequired() {
        return defaultValue.equals(Setting.REQUIRED);
    }

    /** {@code MILLRACE_SET_STORE_FLUSH_INTERVAL} for {@code store.flush.interval}. */
    public String environmentName() {
        return SettingSources.environmentName(key);
    }
}
