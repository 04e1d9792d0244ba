package dev.faas.cli;

import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Parameters;

/** A stand-in with the two verbs that packaging needs. */
@Command(
        name = "faas",
        mixinStandardHelpOptions = true,
        subcommands = {HelpCommand.class, Main.Version.class, Main.Completion.class})
final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
    static final class Version implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            var properties = new Properties();
            for (var name : new String[] {"version", "commit"}) {
                try (var in = Main.class.getResourceAsStream("/dev/faas/" + name + ".properties")) {
                    if (in != null) {
                        properties.load(in);
                    }
                }
            }
            System.out.printf("faas %s, commit %s%n", properties.get("version"), properties.get("commit"));
            return 0;
        }
    }

    @Command(name = "completion", description = "Prints a completion script.", mixinStandardHelpOptions = true)
    static final class Completion implements Callable<Integer> {
        @Parameters
        String shell = "";

        @Override
        public Integer call() {
            System.out.println("# completion for " + shell);
            return 0;
        }
    }
}
