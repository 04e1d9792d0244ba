package dev.faas.cli.login;

import static dev.faas.cli.login.ClientHome.ME;
import static dev.faas.cli.login.ClientHome.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.ClientRun.Setup;
import dev.faas.cli.Exit;
import dev.faas.cli.StubServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The login, where it is kept, and which platform gets it. */
class LoginTest extends HomeFixture {
    private static final String CREDENTIALS = "{\"username\":\"anna\",\"password\":\"secret\"}";

    @AutoClose
    private final StubServer other = new StubServer();

    @BeforeEach
    void serve() {
        server.on("GET", "/v1/auth/me", 200, ME);
        other.on("GET", "/v1/auth/me", 200, ME);
    }

    private List<String> calls() {
        return server.received().stream()
                .map(call -> call.method() + " " + call.path())
                .toList();
    }

    private String bearer() {
        return server.received().getLast().header("Authorization");
    }

    @Test
    void theAdviceNamesTheContextThatWasChosen() {
        home.run("context", "create", "mine", server.url());

        assertThat(home.run("--context", "mine", "fn", "list").err())
                .endsWith("Log in: faas login --context mine   New here: faas register --context mine\n");
    }

    private ClientRun notLoggedIn() {
        return new ClientRun(
                Exit.NOT_LOGGED_IN,
                "",
                "faas: you are not logged in to %1$s\nLog in: faas login %1$s   New here: faas register %1$s\n"
                        .formatted(server.url()));
    }

    @Test
    void logsInAndIsLoggedInAfterwards() {
        server.on("POST", "/v1/auth/login", 200, tokens("a1", "r1", 300));

        var login = home.logIn(server);

        assertThat(login.exit()).isZero();
        assertThat(login.out()).isEmpty();
        assertThat(login.err()).startsWith("Logged in to " + server.url() + " as anna");
        assertThat(server.received()).hasSize(1).allSatisfy(call -> {
            assertThat(call.body()).isEqualTo(CREDENTIALS);
            assertThat(call.header("Authorization")).isNull();
        });
        assertThat(home.run("whoami", "-o", "name")).isEqualTo(new ClientRun(0, "anna\n", ""));
        assertThat(bearer()).isEqualTo("Bearer a1");
    }

    @Test
    void registersAndLogsIn() {
        server.on("POST", "/v1/auth/register", 201, ME).on("POST", "/v1/auth/login", 200, tokens("a1", "r1", 300));

        var run = ClientHome.run(home.setup(), "secret", "register", server.url(), "-u", "anna", "--password-stdin");

        assertThat(run.exit()).isZero();
        assertThat(calls()).containsExactly("POST /v1/auth/register", "POST /v1/auth/login");
        assertThat(server.received()).allSatisfy(call -> assertThat(call.body()).isEqualTo(CREDENTIALS));
        assertThat(home.run("whoami").out()).isEqualTo("anna at " + server.url() + "\n");
    }

    /** The first of two requests had no answer that says whether it took effect. */
    @ParameterizedTest
    @CsvSource({"200, 0", "401, 6"})
    void aNameThatTheFirstOfTwoRequestsMayHaveTakenIsOursWhenThePasswordFits(int login, int exit) {
        server.on("POST", "/v1/auth/register", 503, "{\"code\":\"unavailable\",\"detail\":\"Away.\"}")
                .on("POST", "/v1/auth/register", 409, "{\"code\":\"username_taken\",\"detail\":\"Taken.\"}")
                .on("POST", "/v1/auth/login", login, login == 200 ? tokens("a1", "r1", 300) : "{}");

        var run = ClientHome.run(home.setup(), "secret", "register", server.url(), "-u", "anna", "--password-stdin");

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err()).startsWith(exit == 0 ? "Logged in" : "faas: Taken. (username_taken)");
    }

    @ParameterizedTest
    @CsvSource({"login, 401, 3", "login, 422, 6", "register, 409, 6"})
    void keepsNothingOfARefusedLogin(String verb, int status, int exit) throws Exception {
        server.on("POST", "/v1/auth/" + verb, status, "{\"code\":\"some_code\",\"detail\":\"No.\"}");

        var run = ClientHome.run(home.setup(), "secret", verb, server.url(), "-u", "anna", "--password-stdin");

        assertThat(run).isEqualTo(new ClientRun(exit, "", "faas: No. (some_code)\n"));
        assertThat(home.files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'login', --username", "'login -u anna', --password-stdin", "'register -u anna', --password-stdin"})
    void asksOnATerminalOnly(String line, String flag) {
        assertThat(home.run(line.split(" ")))
                .isEqualTo(new ClientRun(
                        Exit.USAGE, "", "faas: there is no terminal to ask on\nGive it by " + flag + ".\n"));
    }

    @Test
    void logsOut() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        server.on("POST", "/v1/auth/logout", 204, "");

        assertThat(home.run("logout")).isEqualTo(new ClientRun(0, "", "Logged out of " + server.url() + ".\n"));
        assertThat(server.received().getLast().body()).isEqualTo("{\"refresh_token\":\"r1\"}");
        assertThat(home.files())
                .noneMatch(file ->
                        file.toString().endsWith(".json") && file.getParent().endsWith("logins"));
        assertThat(home.run("whoami")).isEqualTo(notLoggedIn());
        assertThat(home.run("logout"))
                .isEqualTo(new ClientRun(0, "", "You are not logged in to " + server.url() + ".\n"));
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void forgetsTheLoginAlsoWhenThePlatformIsUnavailable() {
        home.logIn(server, "a1", "r1", 300);
        server.on("POST", "/v1/auth/logout", 503, "{\"code\":\"unavailable\",\"detail\":\"Later.\"}");

        var run = home.run("logout", "--retry-for", "0s");

        assertThat(run.exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(run.err())
                .isEqualTo(
                        "faas: the login is forgotten here, but still valid on the platform: Later. (unavailable)\n");
        assertThat(home.run("whoami")).isEqualTo(notLoggedIn());
    }

    @Test
    void onlyTheUserCanReadTheFiles() throws Exception {
        home.logIn(server, "a1", "r1", 300);

        assertThat(home.files())
                .hasSizeGreaterThan(4)
                .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }

    @Test
    void aTokenFromStandardInputIsCheckedAndKept() {
        var run = ClientHome.run(home.setup(), " key-1\n", "login", server.url(), "--token-stdin");

        assertThat(run).isEqualTo(new ClientRun(0, "", "Logged in to " + server.url() + " as anna.\n"));
        assertThat(home.run("whoami").exit()).isZero();
        assertThat(server.received())
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.header("Authorization")).isEqualTo("Bearer key-1"));
    }

    @Test
    void aTokenThatIsRefusedOrMissingIsNotKept() throws Exception {
        other.on("GET", "/v1/auth/me", 401, "{}"); // after the first answer
        ClientHome.run(home.setup(), "key-1", "login", other.url(), "--token-stdin");
        var before = home.files();

        var refused = ClientHome.run(home.setup(), "key-2", "login", other.url(), "--token-stdin");
        var missing = ClientHome.run(home.setup(), "\n", "login", other.url(), "--token-stdin");

        assertThat(refused.exit()).isEqualTo(Exit.NOT_LOGGED_IN);
        assertThat(missing).isEqualTo(new ClientRun(Exit.USAGE, "", "faas: standard input has no token\n"));
        assertThat(home.files()).isEqualTo(before);
        assertThat(Files.readString(home.loginFile())).contains("key-1").doesNotContain("key-2");
    }

    @Test
    void anotherAddressGetsNoToken() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var name = home.run("context", "show", "-o", "name").out().strip();

        var byVariable = home.setup().with("FAAS_URL", other.url()).run("whoami");
        home.run("context", "create", name, other.url());
        var byContext = home.run("whoami");

        for (var run : List.of(byVariable, byContext)) {
            assertThat(run.exit()).isEqualTo(Exit.NOT_LOGGED_IN);
            assertThat(run.err()).startsWith("faas: you are not logged in to " + other.url() + "\n");
        }
        assertThat(other.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) {
        home.logIn(server, "a1", "r1", 0);
        for (var call : List.of("POST /v1/auth/login", "POST /v1/auth/refresh", "POST /x", "GET /x", "PATCH /x")) {
            var words = call.split(" ");
            server.on(words[0], words[1], exchange -> {
                exchange.getResponseHeaders().set("Location", other.url() + words[1]);
                StubServer.answer(exchange, status, "");
            });
        }
        var withToken = home.setup().with("FAAS_TOKEN", "token").with("FAAS_URL", server.url());

        // The answer to the first login is used up by the second one.
        home.logIn(server);
        assertThat(home.logIn(server).exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(home.run("whoami").err()).contains("It leads to " + other.url());
        assertThat(home.run("whoami").exit()).isEqualTo(Exit.UNAVAILABLE);
        for (var method : List.of("GET", "POST", "PATCH")) {
            assertThat(withToken.run("api", method, "/x").exit()).as(method).isEqualTo(Exit.UNAVAILABLE);
        }
        assertThat(server.received()).hasSize(7);
        assertThat(other.received()).isEmpty();
    }

    @Test
    void theTokenOfTheEnvironmentWinsAndIsNeitherKeptNorRefreshed() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var before = Files.readString(home.loginFile());
        server.on("GET", "/refused", 401, "{\"code\":\"unauthenticated\",\"detail\":\"No.\"}");
        var setup = home.setup().with("FAAS_TOKEN", "t1");

        assertThat(setup.run("whoami").exit()).isZero();
        assertThat(bearer()).isEqualTo("Bearer t1");
        assertThat(setup.run("api", "/refused").exit()).isEqualTo(Exit.NOT_LOGGED_IN);
        assertThat(calls()).containsExactly("GET /v1/auth/me", "GET /refused");
        assertThat(Files.readString(home.loginFile())).isEqualTo(before);
    }

    @Test
    void theFolderOfTheEnvironmentIsUsed(@TempDir Path config) throws Exception {
        server.on("POST", "/v1/auth/login", 200, tokens("a1", "r1", 300));
        var setup = home.setup().with("XDG_CONFIG_HOME", config.toString());

        ClientHome.run(setup, "secret", "login", server.url(), "-u", "anna", "--password-stdin");

        assertThat(setup.run("whoami").exit()).isZero();
        assertThat(config.resolve("faas/contexts.json")).exists();
        assertThat(home.files()).isEmpty();
        assertThat(new Setup().run("whoami"))
                .isEqualTo(new ClientRun(Exit.USAGE, "", "faas: HOME is not set\nSet HOME or XDG_CONFIG_HOME.\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"text\""})
    void aBrokenLoginIsNamed(String text) throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var file = Files.writeString(home.loginFile(), text);

        var run = home.run("whoami");

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).startsWith("faas: cannot read " + file + ": ").endsWith("\nMend or delete this file.\n");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadOrWrittenIsNamed() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var file = home.loginFile();
        Files.delete(file);
        Files.createDirectories(file.resolve("not-empty")); // root may read any file, but no folder

        var read = home.run("whoami");
        var write = home.logIn(server);

        assertThat(read.exit()).isEqualTo(Exit.USAGE);
        assertThat(read.err()).startsWith("faas: cannot read " + file + ": ");
        assertThat(write.exit()).isEqualTo(Exit.USAGE);
        assertThat(write.err()).startsWith("faas: cannot write " + file + ": ").contains("XDG_CONFIG_HOME");
    }
}
