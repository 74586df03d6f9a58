package dev.millrace.e2e.servers;

import java.nio.file.Path;

/** A broker group as scenarios see it that know one broker: what is killed is the master. Owner: the test that opened it. */
public final class GroupServers implements Servers {
    private static final int KILL_ROUNDS = Integer.getInteger("e2e.failovers", 3);

    private final BrokerGroup group;
    private final Path scratch;
    private int ended = -1;

    public GroupServers(BrokerGroup group, Path scratch) {
        this.group = group;
        this.scratch = scratch;
    }

    @Override
    public String namesrvAddress() {
        return group.namesrvAddress();
    }

    /** Of the first copy, which passes on when it is not master. */
    @Override
    public String brokerAddress() {
        return group.address(0);
    }

    @Override
    public Path storeFolder() {
        return scratch.resolve("store-0");
    }

    @Override
    public void killBroker() {
        ended = group.awaitWhole();
        group.kill(ended);
    }

    @Override
    public void stopBroker() {
        ended = group.awaitWhole();
        group.stop(ended);
    }

    /** Returns when all copies are in sync again. */
    @Override
    public void restartBroker() {
        group.restart(ended);
        group.awaitWhole();
    }

    @Override
    public void killNamesrv(int index) {
        throw new UnsupportedOperationException("one NameServer serves the group; kill those of other servers");
    }

    @Override
    public void restartNamesrv(int index) {
        throw new UnsupportedOperationException("one NameServer serves the group; start those of other servers");
    }

    @Override
    public int killRounds() {
        return KILL_ROUNDS;
    }

    @Override
    public String lastOutput() {
        return group.lastOutput();
    }

    @Override
    public void close() {
        group.close();
    }
}
