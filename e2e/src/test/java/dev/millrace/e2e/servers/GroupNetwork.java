package dev.millrace.e2e.servers;

import java.util.List;

/** Where the processes of a broker group live, and how they reach each other. Owner: the group. */
interface GroupNetwork extends AutoCloseable {
    /** All of them on the loopback address, which nobody can cut. */
    GroupNetwork LOOPBACK = new GroupNetwork() {
        private static final String HOST = "127.0.0.1";

        @Override
        public String host() {
            return HOST;
        }

        @Override
        public String hostOf(int copy) {
            return HOST;
        }

        @Override
        public List<String> prefixOf(int copy) {
            return List.of();
        }

        @Override
        public void cut(int copy, Direction direction) {
            throw new UnsupportedOperationException("the loopback can't be cut; use network namespaces");
        }

        @Override
        public void mend(int copy) {}

        @Override
        public void close() {}
    };

    /** What of a copy's traffic is lost. */
    enum Direction {
        /** All of it, and the election record is out of reach. */
        BOTH,
        /** Nothing reaches it. */
        TO,
        /** Nothing it says is heard. */
        FROM
    }

    /** The address of the test and of the NameServer. */
    String host();

    String hostOf(int copy);

    /** What stands before the command of a copy's process. */
    List<String> prefixOf(int copy);

    /** Packets are lost from now on; nobody is told. */
    void cut(int copy, Direction direction);

    void mend(int copy);

    @Override
    void close();
}
