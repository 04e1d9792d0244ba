package dev.faas.cli.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contexts, and which one a command uses. */
class ContextsTest extends HomeFixture {
    private static final String DEFAULT = "http://127.0.0.1:8000";
    private static final String ONE = "http://127.0.0.1:8001";
    private static final String TWO = "http://127.0.0.1:8002";

    private void createTwo() {
        assertThat(home.run("context", "create", "one", ONE).exit()).isZero();
        assertThat(home.run("context", "create", "two", TWO, "--project", "team")
                        .exit())
                .isZero();
    }

    @Test
    void theFirstOneThatIsMadeIsTheCurrentOne() {
        assertThat(home.run("context", "list", "-o", "name")).isEqualTo(new ClientRun(0, "", ""));

        var made = home.run("context", "create", "one", ONE);
        home.run("context", "create", "two", TWO + "/", "--project", "team");

        assertThat(made).isEqualTo(new ClientRun(0, "", "Made one. Log in: faas login --context one\n"));
        assertThat(home.run("context", "list").out()).isEqualTo("*\tone\t" + ONE + "\t\n\ttwo\t" + TWO + "\t\n");
        assertThat(home.run("context", "use", "two")).isEqualTo(new ClientRun(0, "", "Using two.\n"));
        assertThat(home.run("context", "show").out())
                .isEqualTo("Name:    two\nAddress: " + TWO + "\nUser:    (not logged in)\n");
        assertThat(home.run("context", "show", "one", "-o", "name").out()).isEqualTo("one\n");
    }

    @Test
    void deletingOneForgetsItsLogin() throws Exception {
        home.logIn(server, "a1", "r1", 300);
        var name = home.run("context", "show", "-o", "name").out().strip();
        var login = home.loginFile();
        home.run("context", "create", "one", ONE);

        var wrong = home.run("context", "delete", name, "on");
        assertThat(wrong)
                .isEqualTo(new ClientRun(
                        Exit.NOT_FOUND,
                        "",
                        "faas: no context \"on\"\ndid you mean \"one\"? List them: faas context list\n"));
        assertThat(login).exists();

        assertThat(home.run("context", "delete", name)).isEqualTo(new ClientRun(0, "", "Deleted " + name + ".\n"));
        assertThat(login).doesNotExist();
        assertThat(home.run("context", "list", "-o", "name").out()).isEqualTo("one\n");
        assertThat(home.run("context", "show", "-o", "name").out()).isEqualTo("default\n");
    }

    /** The earlier columns win over the later ones; the current context is "one", and the project of "two" is "team". */
    @ParameterizedTest
    @CsvSource({
        // --context, FAAS_CONTEXT, FAAS_URL, --project, FAAS_PROJECT: name, address, project
        " , , , , , one, " + ONE + ", ",
        " , two, , , , two, " + TWO + ", team",
        "two, one, , , , two, " + TWO + ", team",
        " , , , , env, one, " + ONE + ", env",
        " , two, , , env, two, " + TWO + ", env",
        " , two, , flag, env, two, " + TWO + ", flag",
        " , , " + TWO + ", , , two, " + TWO + ", ",
        "two, , " + ONE + ", , , one, " + ONE + ", team",
        " , , " + DEFAULT + ", flag, , default, " + DEFAULT + ", flag",
    })
    void flagsWinOverVariablesAndThoseOverTheCurrentOne(
            @Nullable String contextFlag,
            @Nullable String contextVariable,
            @Nullable String urlVariable,
            @Nullable String projectFlag,
            @Nullable String projectVariable,
            String name,
            String url,
            @Nullable String project)
            throws Exception {
        createTwo();
        var setup = home.setup();
        set(setup, "FAAS_CONTEXT", contextVariable);
        set(setup, "FAAS_URL", urlVariable);
        set(setup, "FAAS_PROJECT", projectVariable);
        var args = new ArrayList<>(List.of("context", "show", "-o", "json"));
        add(args, "--context", contextFlag);
        add(args, "--project", projectFlag);

        var context = Doc.parse(setup.run(args.toArray(String[]::new)).out());

        assertThat(context.text("name")).isEqualTo(name);
        assertThat(context.text("url")).isEqualTo(url);
        assertThat(context.find("project").orElse(null)).isEqualTo(project);
    }

    private static void set(ClientRun.Setup setup, String variable, @Nullable String value) {
        if (value != null) {
            setup.with(variable, value);
        }
    }

    private static void add(List<String> args, String flag, @Nullable String value) {
        if (value != null) {
            args.add(flag);
            args.add(value);
        }
    }

    @Test
    void noCallIsMadeInAProjectThatTheServerWouldNotLookAt() {
        var run = ClientRun.Setup.at(server).with("FAAS_PROJECT", "team").run("whoami");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).startsWith("faas: project team: projects are not available yet\n");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void aLoginIsKeptUnderTheNameOfTheFlag() {
        server.on("POST", "/v1/auth/login", 200, ClientHome.tokens("a1", "r1", 300));

        assertThat(home.logIn(server, "--context", "mine").exit()).isZero();

        assertThat(home.run("context", "list").out()).isEqualTo("*\tmine\t" + server.url() + "\tanna\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://host", "http://user:word@host", "http://host?x=1", "http://host#x", "http://", "a b"})
    void anAddressThatNoPlatformCanHaveIsRefused(String url) throws Exception {
        var run = home.run("context", "create", "one", url);

        assertThat(run)
                .isEqualTo(new ClientRun(
                        Exit.USAGE,
                        "",
                        "faas: '%s' is not the address of a platform\nWrite it like %s\n"
                                .formatted(url.replace("user:word", "***"), DEFAULT)));
        assertThat(home.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../one",
                ".one",
                "a/b",
                "a b",
                "name-of-sixty-four-letters-0123456789-0123456789-0123456789-01234"
            })
    void aNameThatIsNoFileNameIsRefused(String name) throws Exception {
        for (var run : new ClientRun[] {
            home.run("context", "create", name, ONE),
            ClientHome.run(home.setup(), "key", "login", server.url(), "--token-stdin", "--context", name)
        }) {
            assertThat(run.exit()).isEqualTo(Exit.USAGE);
            assertThat(run.err()).startsWith("faas: '" + name + "' is not a name for a context\n");
        }
        assertThat(home.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--context", "FAAS_CONTEXT"})
    void anUnknownContextIsAFailure(String origin) {
        createTwo();
        var run = origin.startsWith("--")
                ? home.run("whoami", origin, "twoo")
                : home.setup().with(origin, "twoo").run("whoami");

        assertThat(run)
                .isEqualTo(new ClientRun(
                        Exit.NOT_FOUND,
                        "",
                        "faas: no context \"twoo\"\ndid you mean \"two\"? List them: faas context list\n"));
    }

    @Test
    void aBrokenFileIsNamed() throws Exception {
        createTwo();
        var file = Files.writeString(home.folder().resolve(".config/faas/contexts.json"), "{");

        var run = home.run("whoami");

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).startsWith("faas: cannot read " + file + ": ").endsWith("\nMend or delete this file.\n");
    }
}
