package dev.faas.cli;

import dev.faas.cli.account.KeyCommand;
import dev.faas.cli.account.QuotaCommand;
import dev.faas.cli.account.SessionsCommand;
import dev.faas.cli.activation.ActivationCommand;
import dev.faas.cli.activation.FeedCommand;
import dev.faas.cli.activation.OpenCommand;
import dev.faas.cli.activation.PsCommand;
import dev.faas.cli.activation.StatsCommand;
import dev.faas.cli.activation.TopCommand;
import dev.faas.cli.admin.AdminCommand;
import dev.faas.cli.apply.ApplyCommand;
import dev.faas.cli.apply.FileDiffCommand;
import dev.faas.cli.batch.BatchCommand;
import dev.faas.cli.completion.CompleteCommand;
import dev.faas.cli.completion.CompletionCommand;
import dev.faas.cli.deadletter.DeadLetterCommand;
import dev.faas.cli.delivery.DeliveryCommand;
import dev.faas.cli.destination.CallbackSecretCommand;
import dev.faas.cli.destination.DestinationCommand;
import dev.faas.cli.function.FunctionCommand;
import dev.faas.cli.hook.HookCommand;
import dev.faas.cli.job.JobCommand;
import dev.faas.cli.login.AccountCommand;
import dev.faas.cli.login.ContextCommand;
import dev.faas.cli.login.LoginCommand;
import dev.faas.cli.login.LogoutCommand;
import dev.faas.cli.login.PasswordCommand;
import dev.faas.cli.login.RegisterCommand;
import dev.faas.cli.login.WhoamiCommand;
import dev.faas.cli.run.AttachCommand;
import dev.faas.cli.run.InvokeCommand;
import dev.faas.cli.run.LogsCommand;
import dev.faas.cli.run.RunCommand;
import dev.faas.cli.schedule.ScheduleCommand;
import dev.faas.cli.secret.SecretCommand;
import dev.faas.cli.source.SourceCommand;
import dev.faas.cli.subject.SubjectCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** Adds the verbs to the root. picocli reads the annotations of each verb that it is given, so a command line gets only the one
 * that it names: that halves the time of a start.
 */
final class Verbs {
    private static final String FUNCTION = "fn";
    private static final String ACTIVATION = "activation";

    private static final Map<String, Class<?>> ALL = new LinkedHashMap<>();
    private static final Map<String, String> ALIASES = Map.of("function", FUNCTION, "act", ACTIVATION);

    static {
        ALL.put("register", RegisterCommand.class);
        ALL.put("login", LoginCommand.class);
        ALL.put("logout", LogoutCommand.class);
        ALL.put("whoami", WhoamiCommand.class);
        ALL.put("context", ContextCommand.class);
        ALL.put("run", RunCommand.class);
        ALL.put("attach", AttachCommand.class);
        ALL.put("invoke", InvokeCommand.class);
        ALL.put("logs", LogsCommand.class);
        ALL.put(FUNCTION, FunctionCommand.class);
        ALL.put("schedule", ScheduleCommand.class);
        ALL.put("hook", HookCommand.class);
        ALL.put("source", SourceCommand.class);
        ALL.put("subject", SubjectCommand.class);
        ALL.put("destination", DestinationCommand.class);
        ALL.put("callback-secret", CallbackSecretCommand.class);
        ALL.put("delivery", DeliveryCommand.class);
        ALL.put("apply", ApplyCommand.class);
        ALL.put("diff", FileDiffCommand.class);
        ALL.put("ps", PsCommand.class);
        ALL.put(ACTIVATION, ActivationCommand.class);
        ALL.put("events", FeedCommand.class);
        ALL.put("batch", BatchCommand.class);
        ALL.put("job", JobCommand.class);
        ALL.put("dead-letter", DeadLetterCommand.class);
        ALL.put("top", TopCommand.class);
        ALL.put("stats", StatsCommand.class);
        ALL.put("open", OpenCommand.class);
        ALL.put("secret", SecretCommand.class);
        ALL.put("key", KeyCommand.class);
        ALL.put("sessions", SessionsCommand.class);
        ALL.put("account", AccountCommand.class);
        ALL.put("password", PasswordCommand.class);
        ALL.put("quota", QuotaCommand.class);
        ALL.put("admin", AdminCommand.class);
        ALL.put("api", ApiCommand.class);
        ALL.put("completion", CompletionCommand.class);
        ALL.put("__complete", CompleteCommand.class);
        ALL.put("version", VersionCommand.class);
        ALL.put("help", HelpCommand.class);
    }

    private Verbs() {}

    /** @param words of the command line; all verbs are added when the first one is none of them, or looks at the others */
    static void addTo(CommandLine root, String... words) {
        var first = words.length == 0 ? "" : ALIASES.getOrDefault(words[0], words[0]);
        var one = ALL.get(first);
        if (one == null || one == HelpCommand.class || one == CompleteCommand.class) {
            ALL.values().forEach(verb -> add(root, verb));
        } else {
            add(root, one);
        }
        var run = root.getSubcommands().get("run");
        if (run != null) {
            // The words after the image belong to the command in the container.
            run.setStopAtPositional(true);
        }
    }

    /** A command line of its own, since picocli applies model transformers only to those. */
    private static void add(CommandLine root, Class<?> verb) {
        root.addSubcommand(new CommandLine(verb));
    }
}
