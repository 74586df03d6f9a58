package dev.millrace.e2e.members;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The test's end of what member processes tell: each line is answered by one, and lines of all processes are answered one
 * after the other. A process goes on only when it has its answer, so the order of the lines is the order of what happened.
 * Owner: the test that opened it; each connection has a virtual thread.
 */
public final class Link implements AutoCloseable {

    /** What the test says to a line; called under one lock. */
    @FunctionalInterface
    public interface Answers {
        String answer(String line);
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock lock = new ReentrantLock();
    private final ServerSocket listener;
    private final Answers answers;

    private Link(ServerSocket listener, Answers answers) {
        this.listener = listener;
        this.answers = answers;
    }

    public static Link open(Answers answers) {
        try {
            Link link = new Link(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), answers);
            link.threads.execute(link::accept);
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket member = listener.accept();
                threads.execute(() -> serve(member));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket member) {
        try (member;
                BufferedReader in = new BufferedReader(new InputStreamReader(member.getInputStream(), UTF_8));
                Writer out = new OutputStreamWriter(member.getOutputStream(), UTF_8)) {
            member.setTcpNoDelay(true);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.write(answer(line) + "\n");
                out.flush();
            }
        } catch (IOException e) {
            // The process ended, or was killed.
        }
    }

    /** Tells a line as a member would. */
    public void tell(String line) {
        answer(line);
    }

    /** Looks at something while no line is answered. */
    public <T> T locked(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    private String answer(String line) {
        lock.lock();
        try {
            return answers.answer(line);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
