package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.codec.BodyJson;
import java.nio.charset.StandardCharsets;

/** A record as a copy keeps it on its disk: the {@code record} part of {@code group.json}. Thread-safe: stateless. */
public final class RecordText {
    private RecordText() {}

    public static String of(GroupRecord record) {
        return new String(BodyJson.write(GroupFile.RecordPart.of(record)), StandardCharsets.UTF_8);
    }

    /** @throws BadFieldException if the text is no record */
    public static GroupRecord read(String text) {
        return BodyJson.read(GroupFile.RecordPart.class, text.getBytes(StandardCharsets.UTF_8))
                .toRecord();
    }
}
