package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.RecordStoreException;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Makes and changes broker groups in local mode. It ends with 0 when it is done, 1 when it refused or did not come to an end
 * in time, 2 for wrong arguments, 6 when the folder can't be used: the numbers that the {@code millrace} command has.
 *
 * <p>Owner: the main thread.
 */
@Command(
        name = "group",
        description = "Makes and changes broker groups whose copies run on one machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class GroupMain implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private GroupMain() {}

    public static void main(String[] arguments) {
        var machine = new Machine(
                System::nanoTime,
                time -> LockSupport.parkNanos(time.toNanos()),
                () -> UUID.randomUUID().toString());
        System.exit(commandLine(machine).execute(arguments));
    }

    static CommandLine commandLine(Machine machine) {
        CommandLine line = new CommandLine(new GroupMain());
        line.addSubcommand(new ApplyCommand(machine));
        line.addSubcommand(new SwitchoverCommand(machine));
        line.addSubcommand(new FenceCommand(machine));
        line.addSubcommand(new UnfenceCommand(machine));
        line.addSubcommand(new ShowCommand(machine));
        line.setParameterExceptionHandler(GroupMain::wrongArguments);
        line.setExecutionExceptionHandler(GroupMain::failed);
        return line;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name a command");
    }

    private static int wrongArguments(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage());
        print(
                command.getErr(),
                Character.toLowerCase(message.charAt(0)) + message.substring(1) + "; see '"
                        + command.getCommandSpec().qualifiedName() + " --help'");
        return GroupToolException.USAGE;
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        int exit = switch (e) {
            case GroupToolException refused -> refused.exitCode();
            case RecordStoreException unusable -> GroupToolException.MACHINE;
            default -> throw e;
        };
        print(command.getErr(), String.valueOf(e.getMessage()));
        return exit;
    }

    private static void print(PrintWriter err, String message) {
        err.println("group: " + message);
        err.flush();
    }
}
