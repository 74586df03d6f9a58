package dev.millrace.namesrv.settings;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.config.SettingInfo;
import dev.millrace.protocol.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The settings in force. Changes last until the program ends; the file stays as it is.
 *
 * <p>Thread-safe: one immutable record, replaced as a whole.
 */
public final class LiveSettings {
    /** One change at a time. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile NamesrvConfig current;

    public LiveSettings(NamesrvConfig current) {
        this.current = current;
    }

    public NamesrvConfig current() {
        return current;
    }

    /** Keys that are known but can't change while the program runs, one line each with the remedy. */
    public List<String> refusals(Map<String, String> changes) {
        List<String> refusals = new ArrayList<>();
        Map<String, String> now = Settings.describe(current);
        for (SettingInfo info : SettingInfo.of(NamesrvConfig.class)) {
            String wanted = changes.get(info.key());
            if (wanted != null && info.change() != Change.HOT && !wanted.equals(now.get(info.key()))) {
                refusals.add("setting " + info.key() + "=" + wanted
                        + " can't change while the NameServer runs; set it in its file and start it again");
            }
        }
        return refusals;
    }

    /** @throws ConfigException if a key is unknown or a value can't be used; nothing is changed then */
    public void change(Map<String, String> changes) {
        lock.lock();
        try {
            Map<String, String> all = new LinkedHashMap<>(Settings.describe(current));
            all.putAll(changes);
            current = Settings.bind(NamesrvConfig.class, all);
        } finally {
            lock.unlock();
        }
    }
}
