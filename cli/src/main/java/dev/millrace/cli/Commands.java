package dev.millrace.cli;

import dev.millrace.cli.group.GroupCommand;
import dev.millrace.cli.load.BenchCommand;
import dev.millrace.cli.load.MillraceTarget;
import dev.millrace.cli.local.DownCommand;
import dev.millrace.cli.local.FenceCommand;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.local.StatusCommand;
import dev.millrace.cli.local.SwitchoverCommand;
import dev.millrace.cli.local.UnfenceCommand;
import dev.millrace.cli.local.UpCommand;
import dev.millrace.cli.message.ReceiveCommand;
import dev.millrace.cli.message.SendCommand;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.topic.TopicCommand;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The tree of commands, and what their errors look like. Thread-safe: stateless. */
final class Commands {
    private Commands() {}

    /** The root: says what there is. */
    @Command(
            name = "millrace",
            description = "Runs and administers Millrace, a message platform that speaks RocketMQ.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 nothing runs, 4 resource refused,",
                "5 nothing received in time, 6 the machine does not allow it."
            })
    static final class Root {}

    /** What {@code --version} says. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Commands.class.getPackage().getImplementationVersion();
            return new String[] {"millrace " + (version == null ? "unpackaged" : version)};
        }
    }

    static CommandLine commandLine(Machine machine, InputStream input) {
        var root = new CommandLine(new Root());
        root.addSubcommand(new UpCommand(machine));
        root.addSubcommand(new StatusCommand(machine));
        root.addSubcommand(new DownCommand(machine));
        root.addSubcommand(new SwitchoverCommand(machine));
        root.addSubcommand(new FenceCommand(machine));
        root.addSubcommand(new UnfenceCommand(machine));
        root.addSubcommand(new TopicCommand(machine));
        root.addSubcommand(new GroupCommand(machine));
        root.addSubcommand(new SendCommand(machine, input));
        root.addSubcommand(new ReceiveCommand(machine));
        root.addSubcommand(new BenchCommand(machine, MillraceTarget::new));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setParameterExceptionHandler(Commands::wrongArguments);
        root.setExecutionExceptionHandler(Commands::failed);
        addHelp(root);
        root.setExecutionStrategy(parsed -> {
            CommandSpec last = parsed.asCommandLineList().getLast().getCommandSpec();
            if (!last.subcommands().isEmpty() && !isHelpAsked(parsed)) {
                throw new CommandLine.ParameterException(last.commandLine(), "name a command");
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        return root;
    }

    private static boolean isHelpAsked(CommandLine.ParseResult parsed) {
        return parsed.asCommandLineList().stream()
                .anyMatch(line -> line.isUsageHelpRequested() || line.isVersionHelpRequested());
    }

    private static void addHelp(CommandLine parent) {
        for (CommandLine child : parent.getSubcommands().values()) {
            // Methods say it themselves: the library counts their options from the help options on.
            if (!(child.getCommandSpec().userObject() instanceof Method)) {
                child.getCommandSpec().mixinStandardHelpOptions(true);
            }
            child.getCommandSpec().versionProvider(new Version());
            addHelp(child);
        }
    }

    private static int wrongArguments(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String message = String.valueOf(e.getMessage());
        err.println("millrace: " + Character.toLowerCase(message.charAt(0)) + message.substring(1) + "; see '"
                + command.getCommandSpec().qualifiedName() + " --help'");
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.flush();
        return ExitCode.USAGE.number();
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (!(e instanceof CliException known)) {
            throw e;
        }
        PrintWriter err = command.getErr();
        for (String line : String.valueOf(known.getMessage()).split("\n", -1)) {
            err.println(line.startsWith(" ") ? line : "millrace: " + line);
        }
        err.flush();
        return known.exitCode().number();
    }
}
