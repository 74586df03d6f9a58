package dev.millrace.broker.replication;

import dev.millrace.broker.role.Member;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What a copy says first on a connection. Big-endian: int magic, int version, then texts as {@link DataOutputStream#writeUTF}
 * and ints in the order of the components. The other side answers with a text: empty if it takes the connection, else why not.
 *
 * @param to number of the copy that is greeted
 * @param isProbe whether an answer is all that is wanted
 */
record Greeting(String cluster, String group, Member member, String incarnation, int to, boolean isProbe) {
    private static final int MAGIC = 0x4D52_4752; // MRGR
    private static final int VERSION = 1;

    void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(cluster);
        out.writeUTF(group);
        out.writeInt(member.replica());
        out.writeUTF(member.storageId());
        out.writeUTF(incarnation);
        out.writeInt(to);
        out.writeBoolean(isProbe);
        out.flush();
    }

    /** @throws IOException if it is no greeting of this version */
    static Greeting read(DataInputStream in) throws IOException {
        int magic = in.readInt();
        int version = in.readInt();
        if (magic != MAGIC || version != VERSION) {
            throw new IOException("greeting of magic " + Integer.toHexString(magic) + ", version " + version
                    + "; copies of one group speak version " + VERSION);
        }
        return new Greeting(
                in.readUTF(),
                in.readUTF(),
                new Member(in.readInt(), in.readUTF()),
                in.readUTF(),
                in.readInt(),
                in.readBoolean());
    }

    /** Why a copy that has this greeting of its own does not take the other one's; empty if it does. */
    String refusal(Greeting other, int copies) {
        if (!cluster.equals(other.cluster) || !group.equals(other.group)) {
            return "copy " + other.member.replica() + " of broker group " + other.group + " in cluster " + other.cluster
                    + " knocks at group " + group + " in cluster " + cluster + "; correct its group.peers";
        }
        if (other.to != member.replica()) {
            return "copy " + other.member.replica() + " looks for copy " + other.to + " where copy " + member.replica()
                    + " is; correct its group.peers";
        }
        if (other.member.replica() < 0 || other.member.replica() >= copies) {
            return "copy " + other.member.replica() + " is none of the " + copies + " copies of group " + group
                    + "; correct its group.copy";
        }
        if (other.member.replica() == member.replica()) {
            return "two processes are copy " + member.replica() + " of group " + group + "; stop the wrong one";
        }
        return "";
    }
}
