package dev.millrace.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The frames of published programs under {@code src/test/resources/frames}; their README says where they come from. */
public final class CapturedFrames {
    private CapturedFrames() {}

    /**
     * One frame.
     *
     * @param name folder and file
     * @param bytes with the length field
     */
    public record Frame(String name, byte[] bytes) {
        public boolean isRequest() {
            return name.contains("/request-");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** All frames, in the order of their names. */
    public static List<Frame> all() {
        try (Stream<Path> files = Files.walk(folder())) {
            return files.filter(file -> file.toString().endsWith(".hex"))
                    .sorted()
                    .map(CapturedFrames::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One frame by folder and file, for example {@code 4.9.8-json/request-310}. */
    public static byte[] bytes(String name) {
        return read(folder().resolve(name + ".hex")).bytes();
    }

    private static Path folder() {
        try {
            URL folder = Objects.requireNonNull(CapturedFrames.class.getResource("/frames"));
            return Path.of(folder.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Frame read(Path file) {
        try {
            String hex = Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.joining());
            return new Frame(
                    folder().relativize(file).toString().replace(".hex", ""),
                    HexFormat.of().parseHex(hex));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
