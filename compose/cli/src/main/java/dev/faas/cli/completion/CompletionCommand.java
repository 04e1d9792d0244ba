package dev.faas.cli.completion;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a script that makes a shell complete the words of a command. */
@Command(
        name = "completion",
        description = "Print the completion script of a shell: bash, zsh or fish.",
        footer = {
            "",
            "bash:  eval \"$(faas completion bash)\"           in ~/.bashrc",
            "zsh:   eval \"$(faas completion zsh)\"            in ~/.zshrc, after compinit",
            "fish:  faas completion fish | source            in ~/.config/fish/config.fish",
            "",
            "Names of functions, ids and contexts are completed, too. The platform is asked",
            "for at most 150 ms; FAAS_COMPLETION_MS sets another limit.",
            "",
            "Examples:",
            "  faas completion bash",
            "  faas completion zsh",
            "",
            "Exit codes: 0 fine, 2 usage."
        })
public final class CompletionCommand extends Verb {
    /** A shell there is a script for. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    @Override
    protected int run(Session session) throws IOException {
        var name = "completion." + shell;
        try (var script = Objects.requireNonNull(CompletionCommand.class.getResourceAsStream(name), name)) {
            session.output().streams().out(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        return Exit.OK;
    }
}
