package dev.millrace.e2e.members;

/**
 * The arguments of a member process. Thread-safe: immutable.
 *
 * @param linkPort where the test listens
 * @param name tells this process from all others of the test
 */
record MemberSettings(ClientKind kind, int linkPort, String namesrv, String topic, String group, String name) {
    static MemberSettings parse(String[] arguments) {
        return new MemberSettings(
                ClientKind.valueOf(arguments[0]),
                Integer.parseInt(arguments[1]),
                arguments[2],
                arguments[3],
                arguments[4],
                arguments[5]);
    }
}
