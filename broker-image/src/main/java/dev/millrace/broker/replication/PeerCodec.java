package dev.millrace.broker.replication;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message;
import dev.millrace.broker.role.StoredState;
import dev.millrace.store.epoch.EpochHistory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages to bytes and back. A message is a byte that says which it is, then its components in order: longs and ints
 * big-endian, texts as {@link DataOutputStream#writeUTF}, lists with an int that counts them, what may be absent with a boolean
 * before it. Stateless.
 */
final class PeerCodec {
    private static final int LIST_MAX = 100_000;

    private static final int FOLLOW = 1;
    private static final int ACCEPT = 2;
    private static final int DENY = 3;
    private static final int ACKNOWLEDGE = 4;
    private static final int HEARTBEAT = 5;
    private static final int ASK = 6;
    private static final int REPORT = 7;

    private PeerCodec() {}

    static byte[] encode(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(message, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if the bytes are no message, or more than one */
    static Message decode(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Message message = read(in);
            if (in.available() > 0) {
                throw new IOException(in.available() + " bytes are left behind " + message);
            }
            return message;
        } catch (IllegalArgumentException e) {
            throw new IOException("a message has values that can't be: " + e.getMessage(), e);
        }
    }

    static byte[] encodeHistory(EpochHistory history) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(history, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if the bytes are no history */
    static EpochHistory decodeHistory(byte[] bytes) throws IOException {
        try {
            return history(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IllegalArgumentException e) {
            throw new IOException("no history of epochs: " + e.getMessage(), e);
        }
    }

    private static void write(Message message, DataOutputStream out) throws IOException {
        switch (message) {
            case Message.Follow follow -> {
                out.writeByte(FOLLOW);
                out.writeLong(follow.session());
                write(follow.member(), out);
                out.writeUTF(follow.incarnation());
                out.writeLong(follow.epochStored());
                write(follow.history(), out);
                out.writeLong(follow.logEnd());
            }
            case Message.Accept accept -> {
                out.writeByte(ACCEPT);
                out.writeLong(accept.session());
                out.writeLong(accept.epoch());
                out.writeLong(accept.cutAt());
                out.writeLong(accept.committed());
                out.writeLong(accept.masterEnd());
            }
            case Message.Deny deny -> {
                out.writeByte(DENY);
                out.writeLong(deny.session());
                out.writeLong(deny.epochStored());
                write(deny.record(), out);
            }
            case Message.Acknowledge acknowledge -> {
                out.writeByte(ACKNOWLEDGE);
                out.writeLong(acknowledge.session());
                out.writeLong(acknowledge.epoch());
                out.writeLong(acknowledge.position());
            }
            case Message.Heartbeat beat -> {
                out.writeByte(HEARTBEAT);
                out.writeLong(beat.session());
                out.writeLong(beat.epoch());
                out.writeLong(beat.committed());
                out.writeLong(beat.masterEnd());
            }
            case Message.Ask ask -> {
                out.writeByte(ASK);
                out.writeLong(ask.askId());
            }
            case Message.Report report -> {
                out.writeByte(REPORT);
                out.writeLong(report.askId());
                write(report.member(), out);
                write(report.stored(), out);
                out.writeBoolean(report.recovered());
                out.writeLong(report.lastEpoch());
                out.writeLong(report.logEnd());
            }
        }
    }

    private static Message read(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case FOLLOW ->
                new Message.Follow(in.readLong(), member(in), in.readUTF(), in.readLong(), history(in), in.readLong());
            case ACCEPT ->
                new Message.Accept(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
            case DENY -> new Message.Deny(in.readLong(), in.readLong(), record(in));
            case ACKNOWLEDGE -> new Message.Acknowledge(in.readLong(), in.readLong(), in.readLong());
            case HEARTBEAT -> new Message.Heartbeat(in.readLong(), in.readLong(), in.readLong(), in.readLong());
            case ASK -> new Message.Ask(in.readLong());
            case REPORT ->
                new Message.Report(
                        in.readLong(), member(in), stored(in), in.readBoolean(), in.readLong(), in.readLong());
            default -> throw new IOException("message " + kind + " is unknown");
        };
    }

    private static void write(Member member, DataOutputStream out) throws IOException {
        out.writeInt(member.replica());
        out.writeUTF(member.storageId());
    }

    private static Member member(DataInputStream in) throws IOException {
        return new Member(in.readInt(), in.readUTF());
    }

    private static void write(EpochHistory history, DataOutputStream out) throws IOException {
        out.writeInt(history.entries().size());
        for (EpochHistory.Entry entry : history.entries()) {
            out.writeLong(entry.epoch());
            out.writeLong(entry.start());
        }
    }

    private static EpochHistory history(DataInputStream in) throws IOException {
        int count = count(in);
        List<EpochHistory.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new EpochHistory.Entry(in.readLong(), in.readLong()));
        }
        return new EpochHistory(entries);
    }

    private static void write(StoredState stored, DataOutputStream out) throws IOException {
        out.writeUTF(stored.storageId());
        out.writeLong(stored.epoch());
        write(stored.record(), out);
        out.writeBoolean(stored.isVolatile());
        out.writeLong(stored.promisedEpoch());
    }

    private static StoredState stored(DataInputStream in) throws IOException {
        return new StoredState(in.readUTF(), in.readLong(), record(in), in.readBoolean(), in.readLong());
    }

    private static void write(Optional<GroupRecord> known, DataOutputStream out) throws IOException {
        out.writeBoolean(known.isPresent());
        if (known.isEmpty()) {
            return;
        }
        GroupRecord record = known.get();
        out.writeLong(record.revision());
        out.writeLong(record.epoch());
        out.writeInt(record.masterReplica());
        out.writeUTF(record.masterStorageId());
        out.writeUTF(record.masterIncarnation());
        out.writeUTF(record.masterAddress());
        out.writeInt(record.syncSet().size());
        for (Member member : record.syncSet()) {
            write(member, out);
        }
        out.writeUTF(record.state().name());
        out.writeUTF(record.reason().name());
        out.writeUTF(record.changedBy());
        out.writeUTF(record.nonce());
        out.writeUTF(record.changedAt());
        out.writeUTF(record.approvalId());
    }

    private static Optional<GroupRecord> record(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        long revision = in.readLong();
        long epoch = in.readLong();
        int masterReplica = in.readInt();
        String masterStorageId = in.readUTF();
        String masterIncarnation = in.readUTF();
        String masterAddress = in.readUTF();
        int count = count(in);
        List<Member> syncSet = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            syncSet.add(member(in));
        }
        return Optional.of(new GroupRecord(
                revision,
                epoch,
                masterReplica,
                masterStorageId,
                masterIncarnation,
                masterAddress,
                syncSet,
                GroupRecord.State.valueOf(in.readUTF()),
                GroupRecord.Reason.valueOf(in.readUTF()),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF()));
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > LIST_MAX) {
            throw new IOException("a list of " + count + " entries is outside 0.." + LIST_MAX);
        }
        return count;
    }
}
