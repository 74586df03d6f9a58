package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say which group a command is about. */
final class WhichGroup {
    @Option(names = "--folder", required = true, paramLabel = "DIR", description = "Folder of the election record.")
    private Path folder = Path.of("");

    @Option(names = "--group", required = true, paramLabel = "GROUP", description = "Name of the broker group.")
    private String group = "";

    String name() {
        return group;
    }

    Path path() {
        return folder;
    }

    GroupFolder files(Machine machine) {
        return new GroupFolder(folder, machine.nanos());
    }

    /** The group as it is now; refuses a folder without one, or with another one. */
    GroupState read(GroupFolder files) {
        if (!Files.isDirectory(folder)) {
            throw new GroupToolException(
                    GroupToolException.MACHINE,
                    "folder " + folder
                            + " does not exist; name the folder of the group's election record with --folder");
        }
        GroupState state = files.read()
                .orElseThrow(() -> new GroupToolException(
                        GroupToolException.MACHINE,
                        "folder " + folder + " holds no group.json; restore it from a backup, or make the group again"
                                + " with 'apply'"));
        if (!state.spec().group().equals(group)) {
            throw GroupToolException.refused("folder " + folder + " holds broker group "
                    + state.spec().group() + ", not " + group + "; name another --folder or --group");
        }
        return state;
    }

    static void requireCopy(int copy, GroupSpec spec) {
        if (copy < 0 || copy >= spec.copies()) {
            throw GroupToolException.refused("copy " + copy + " is none of the " + spec.copies() + " copies of "
                    + spec.group() + "; they are numbered from 0 to " + (spec.copies() - 1));
        }
    }
}
