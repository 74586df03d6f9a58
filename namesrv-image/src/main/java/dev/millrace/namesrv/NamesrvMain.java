package dev.millrace.namesrv;

import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.TransportException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The NameServer program. Ends on a signal; exit code 2 for settings or options that can't be used, 1 for a failed start. */
public final class NamesrvMain {
    private static final Logger LOG = LoggerFactory.getLogger(NamesrvMain.class);
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;

    private NamesrvMain() {}

    public static void main(String[] words) throws InterruptedException {
        try {
            Arguments arguments = Arguments.parse(words);
            if (arguments.wantsHelp()) {
                System.out.print(Arguments.USAGE);
                return;
            }
            run(arguments);
        } catch (ConfigException | IllegalArgumentException e) {
            fail(EXIT_USAGE, e);
        } catch (TransportException e) {
            fail(EXIT_FAILED, e);
        }
    }

    private static void run(Arguments arguments) throws InterruptedException {
        Settings settings = Settings.read(arguments.file(), System.getenv(), arguments.overrides());
        NamesrvConfig config = settings.bindAll(List.of(NamesrvConfig.class)).get(NamesrvConfig.class);
        LOG.atInfo().log(
                "NameServer starts, process {}, Java {}",
                ProcessHandle.current().pid(),
                Runtime.version().feature());
        Settings.describe(config).forEach((key, value) -> LOG.atDebug().log("{}={}", key, value));
        Namesrv namesrv = NamesrvWiring.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(namesrv), "stop"));
        LOG.atInfo().log(
                "NameServer is ready at {}:{}, health on port {}", config.host(), namesrv.port(), namesrv.healthPort());
        new CountDownLatch(1).await();
    }

    private static void stop(Namesrv namesrv) {
        LOG.atInfo().log("NameServer stops");
        namesrv.close();
        LOG.atInfo().log("NameServer stopped");
    }

    private static void fail(int exitCode, RuntimeException reason) {
        System.err.println("namesrv: " + reason.getMessage());
        System.exit(exitCode);
    }
}
