package dev.millrace.e2e.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.Collection;

/**
 * Runs command lines of the published {@code mqadmin} on its own jars, as {@link MqAdmin} writes them to standard input,
 * and answers each with what it printed. Ends with its input. Owner: the main thread; the answer of a command that ends
 * the process is written by the thread that does.
 */
final class MqAdminMain {

    private static final String TOOL = "org.apache.rocketmq.tools.command.MQAdminStartup";

    private final DataInputStream in = new DataInputStream(System.in);
    private final DataOutputStream out = new DataOutputStream(System.out);
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private boolean isRunning;

    private MqAdminMain() {}

    public static void main(String[] arguments) throws Exception {
        MqAdminMain main = new MqAdminMain();
        PrintStream print = new PrintStream(main.printed, true, UTF_8);
        System.setOut(print);
        System.setErr(print);
        Runtime.getRuntime().addShutdownHook(new Thread(main::answerLast, "mqadmin-end"));
        try {
            while (true) {
                main.runNext();
            }
        } catch (EOFException e) {
            // Threads that a command left behind must not keep the process.
            Runtime.getRuntime().halt(0);
        }
    }

    private void runNext() throws IOException, ReflectiveOperationException {
        String[] line = new String[in.readInt()];
        for (int index = 0; index < line.length; index++) {
            line[index] = in.readUTF();
        }
        begin();
        try {
            Class<?> tool = Class.forName(TOOL);
            forgetCommands(tool);
            tool.getMethod("main", String[].class).invoke(null, (Object) line);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            (thrown == null ? e : thrown).printStackTrace();
        }
        answer(false);
    }

    /** Each run adds all commands again; those of the run before keep clients that were shut down. */
    private static void forgetCommands(Class<?> tool) throws ReflectiveOperationException {
        Field commands = tool.getDeclaredField("SUB_COMMANDS");
        commands.setAccessible(true);
        ((Collection<?>) commands.get(null)).clear();
    }

    private synchronized void begin() {
        printed.reset();
        isRunning = true;
    }

    private synchronized void answer(boolean isLast) throws IOException {
        if (isRunning) {
            isRunning = false;
            new Answer(printed.toString(UTF_8), isLast).write(out);
        }
    }

    private void answerLast() {
        try {
            answer(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a command printed. Thread-safe: immutable.
     *
     * @param isLast whether the process ends
     */
    record Answer(String output, boolean isLast) {

        static Answer read(DataInputStream in) throws IOException {
            boolean isLast = in.readBoolean();
            return new Answer(new String(in.readNBytes(in.readInt()), UTF_8), isLast);
        }

        void write(OutputStream stream) throws IOException {
            byte[] bytes = output.getBytes(UTF_8);
            DataOutputStream data = new DataOutputStream(stream);
            data.writeBoolean(isLast);
            data.writeInt(bytes.length);
            data.write(bytes);
            data.flush();
        }
    }
}
