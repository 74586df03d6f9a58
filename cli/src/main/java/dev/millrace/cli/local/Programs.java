package dev.millrace.cli.local;

import java.nio.file.Path;
import java.util.List;

/** Command lines of the programs that local mode starts. */
public interface Programs {
    /** A server with its configuration file; {@code isBroker}, else a NameServer. */
    List<String> server(boolean isBroker, Path config);

    /** The program that makes and steers broker groups. */
    List<String> group(List<String> arguments);

    /** This program again, with other arguments. */
    List<String> self(List<String> arguments);
}
