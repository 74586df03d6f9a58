package dev.millrace.broker.delay;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which pages hold which hour, and up to which position of the log that is complete. File {@code calendar}, text:
 *
 * <pre>
 * millrace-calendar 1
 * position 123456
 * hour 492000 300 0,17       number in hours since the epoch, entries, pages in their order
 * crc 0badcafe               CRC-32 of all bytes before this line
 * </pre>
 *
 * <p>Thread-safe: immutable. Crash behaviour: written beside and renamed, so that one whole checkpoint is there. Source:
 * docs/storage-format.md, section "Timers".
 */
record CalendarCheckpoint(long position, List<Hour> hours) {
    private static final Logger LOG = LoggerFactory.getLogger(CalendarCheckpoint.class);
    private static final String FILE = "calendar";
    private static final String HEAD = "millrace-calendar 1\n";

    /** One hour and its pages. */
    record Hour(long number, long count, int[] pages) {}

    CalendarCheckpoint {
        hours = List.copyOf(hours);
    }

    IntStream usedPages() {
        return hours.stream().flatMapToInt(hour -> Arrays.stream(hour.pages));
    }

    /** Whether all pages are there, each used once, and hold as many entries as they should. */
    boolean fits(int pageCount) {
        BitSet seen = new BitSet();
        return usedPages().allMatch(page -> {
                    boolean isNew = page >= 0 && page < pageCount && !seen.get(page);
                    seen.set(Math.max(0, page));
                    return isNew;
                })
                && hours.stream()
                        .allMatch(hour -> hour.count > 0
                                && hour.pages.length
                                        == (hour.count + CalendarPages.ENTRIES_PER_PAGE - 1)
                                                / CalendarPages.ENTRIES_PER_PAGE);
    }

    /** Writes and forces. */
    void write(Disk disk, Path folder) {
        StringBuilder text = new StringBuilder(HEAD);
        text.append("position ").append(position).append('\n');
        for (Hour hour : hours) {
            text.append("hour ")
                    .append(hour.number)
                    .append(' ')
                    .append(hour.count)
                    .append(' ');
            text.append(Arrays.stream(hour.pages).mapToObj(Integer::toString).collect(Collectors.joining(",")));
            text.append('\n');
        }
        String crc = crc(text.toString());
        text.append("crc ").append(crc).append('\n');
        Path beside = folder.resolve(FILE + ".new");
        disk.writeText(beside, text.toString());
        disk.rename(beside, folder.resolve(FILE));
        disk.forceFolder(folder);
    }

    /** What was written last; empty if there is nothing or it is damaged. */
    static Optional<CalendarCheckpoint> read(Disk disk, Path folder) {
        Path file = folder.resolve(FILE);
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(disk.readText(file)));
        } catch (StoreException | IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("{} is not usable; the calendar is made again from the log", file);
            return Optional.empty();
        }
    }

    private static CalendarCheckpoint parse(String text) {
        int crcAt = text.lastIndexOf("crc ");
        if (!text.startsWith(HEAD)
                || crcAt < 0
                || !text.substring(crcAt).equals("crc " + crc(text.substring(0, crcAt)) + "\n")) {
            throw new IllegalArgumentException("its first line or its CRC is wrong");
        }
        long position = -1;
        List<Hour> hours = new ArrayList<>();
        for (String line : text.substring(HEAD.length(), crcAt).split("\n", -1)) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "position" -> position = Long.parseLong(words[1]);
                case "hour" ->
                    hours.add(new Hour(
                            Long.parseLong(words[1]),
                            Long.parseLong(words[2]),
                            Arrays.stream(words[3].split(",", -1))
                                    .mapToInt(Integer::parseInt)
                                    .toArray()));
                default -> {
                    if (!line.isEmpty()) {
                        throw new IllegalArgumentException("line '" + line + "' is not known");
                    }
                }
            }
        }
        if (position < 0) {
            throw new IllegalArgumentException("it has no position");
        }
        return new CalendarCheckpoint(position, hours);
    }

    private static String crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
