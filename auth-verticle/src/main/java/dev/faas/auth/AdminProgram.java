package dev.faas.auth;

import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.auth.admin.NameRules;
import dev.faas.auth.admin.TokenCutoffStore;
import dev.faas.auth.admin.User;
import dev.faas.auth.admin.UserStore;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.pg.Pg;
import dev.faas.pg.PgConfig;
import dev.faas.wire.ProblemException;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes the first admin, and lets an admin back in. For operators with a shell on the machine. Writes to Postgres; a running
 * service publishes ended logins within seconds.
 */
final class AdminProgram {
    private static final String USAGE = """
            usage: admin create NAME [--password-stdin]   create an admin; asks for the password, or reads it from stdin
                   admin promote NAME                     make a user an admin; ends the user's logins
                   admin reset NAME                       print a code that sets a new password, once, within 24 h
                   admin list                             print all users""";

    private static final String STDIN = "--password-stdin";
    private static final int PAGE = 100;

    /** Wrong usage, or an input that breaks a rule. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final int code;

        Refused(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    private final UserStore users;
    private final Passwords passwords;

    private AdminProgram(UserStore users, Passwords passwords) {
        this.users = users;
        this.passwords = passwords;
    }

    public static void main(String[] args) throws InterruptedException, IOException {
        if (System.getenv("FAAS_LOG_LEVEL") == null
                || !System.getenv("FAAS_LOG_LEVEL").equals("DEBUG")) {
            // Before the first logger, which reads it once.
            System.setProperty("FAAS_LOG_LEVEL", "ERROR");
        }
        var vertx = Vertx.vertx();
        var code = 0;
        try {
            run(vertx, List.of(args));
        } catch (Refused e) {
            System.err.println(e.getMessage());
            code = e.code;
        } catch (ProblemException e) {
            System.err.println("admin: " + e.problem().detail());
            code = 1;
        } catch (ConfigException | DependencyMissing e) {
            System.err.println(e.getMessage());
            code = 1;
        } finally {
            vertx.close().await();
        }
        System.exit(code);
    }

    private static void run(Vertx vertx, List<String> args)
            throws Refused, ConfigException, DependencyMissing, InterruptedException, IOException {
        var fromStdin = args.contains(STDIN);
        var words = args.stream().filter(word -> !word.equals(STDIN)).toList();
        var command = words.isEmpty() ? "" : words.getFirst();
        var isUsage = switch (command) {
            case "list" -> words.size() == 1 && !fromStdin;
            case "create" -> words.size() == 2;
            case "promote", "reset" -> words.size() == 2 && !fromStdin;
            default -> false;
        };
        if (!isUsage) {
            throw new Refused(2, USAGE);
        }
        var name = words.getLast();
        var password = command.equals("create") ? newPassword(name, fromStdin) : "";
        var env = Env.of(System.getenv());
        // Not the whole configuration: it needs no trust root.
        var database = PgConfig.from(env, "auth");
        var kept = Tokens.revocationKept(AuthConfig.accessLifetime(env));
        env.check();
        var pg = Pg.open(vertx, database);
        var clock = InstantSource.system();
        var users = new UserStore(pg, new AuditStore(pg, "auth", false), clock, new TokenCutoffStore(pg, clock, kept));
        var program = new AdminProgram(users, new Passwords());
        switch (command) {
            case "list" -> program.list();
            case "create" -> program.create(name, password);
            case "promote" -> program.promote(name);
            default -> program.reset(name);
        }
    }

    private static String newPassword(String name, boolean fromStdin) throws Refused, IOException {
        if (!NameRules.isUsername(name)) {
            throw new Refused(1, "admin: the name must " + NameRules.USERNAME_RULE);
        }
        var password = fromStdin ? readPassword() : askPassword();
        if (!NameRules.isNewPassword(password)) {
            throw new Refused(
                    1,
                    "admin: the password must have " + NameRules.MIN_PASSWORD_LENGTH + " to "
                            + NameRules.MAX_PASSWORD_LENGTH + " characters");
        }
        return password;
    }

    private void create(String name, String password) {
        var user = users.createAdmin(name, passwords.hash(password)).await();
        System.out.println("created admin " + user.username() + " " + user.userId());
    }

    private void promote(String name) {
        var user = users.change(name, UserStore.Change.promote(), Origin.operator())
                .await()
                .user();
        System.out.println(user.username() + " is an admin now and must log in again");
    }

    private void reset(String name) {
        var made = users.createCode(name, Origin.operator()).await();
        System.out.println(made.code());
        System.err.println(
                "Valid once, until " + made.expiresAt() + ". Set the password: faas password reset URL --code CODE");
    }

    private void list() {
        var after = "";
        List<User> page;
        do {
            page = users.findAfter(after, PAGE).await();
            for (var user : page) {
                System.out.println(
                        String.join(" ", user.userId(), user.username(), user.state(), String.join(",", user.roles())));
                after = user.userId();
            }
        } while (page.size() == PAGE);
    }

    /** The first line, without its end. */
    private static String readPassword() throws IOException {
        var line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return line == null ? "" : line;
    }

    private static String askPassword() throws Refused {
        var console = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .orElseThrow(() ->
                        new Refused(2, "admin: there is no terminal to ask for the password: send it with " + STDIN));
        var password = console.readPassword("Password: ");
        var again = console.readPassword("Again: ");
        if (password == null || !Arrays.equals(password, again)) {
            throw new Refused(1, "admin: the two passwords differ");
        }
        return new String(password);
    }
}
