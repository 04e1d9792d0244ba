package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.WholeSystem;
import dev.faas.testing.SmallDisk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mistake of the user, or a place where nothing works, ends with its exit code and a text that says what to do. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class BadInputIT {
    private static final String NO_ID = "06b7gd98g07rk4q3v8x2m5n9ta";

    /** A command line, and what must come of it. */
    record Mistake(int exit, String said, String line) {
        @Override
        public String toString() {
            return line;
        }
    }

    private static Mistake of(int exit, String said, String line) {
        return new Mistake(exit, said, line);
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                        flagsOfCalls(),
                        flagsOfFunctions(),
                        functionFlags(),
                        files(),
                        activations(),
                        words(),
                        logins(),
                        surroundings())
                .flatMap(List::stream);
    }

    /** 125 of {@code run} and {@code attach} is Docker's code for what is not the command's failure. */
    private static List<Mistake> flagsOfCalls() {
        return List.of(
                of(125, "Missing required parameter: 'IMAGE'", "faas run"),
                of(125, "--cpus: 'lots' is not a number", "faas run --cpus lots x"),
                of(125, "-m: 'lots' is not a size", "faas run -m lots x"),
                of(125, "allowed: 8m to 64g", "faas run -m 1m x true"),
                of(125, "--timeout: 'soon' is not a duration", "faas run --timeout soon x"),
                of(125, "--timeout: at most 1d", "faas run --timeout 9d x true"),
                of(125, "--network: 'host' is neither none nor outbound", "faas run --network host x"),
                of(125, "--mode must be isolated or nested or reused", "faas run --mode odd x true"),
                of(125, "'=x' is not NAME=VALUE", "faas run -e =x x"),
                of(125, "--env-file: cannot read /none: no such file", "faas run --env-file /none x"),
                of(125, "--tag: 'novalue' is not K=V", "faas run --tag novalue x"),
                of(125, "expected one of [detach, cancel]", "faas run --on-interrupt maybe x"),
                of(125, "--entrypoint: an empty one needs a command", "faas run --entrypoint '' x"),
                of(125, "--name must be 1 to 63 of", "faas run --name 'Bad Name' x true"),
                of(125, "faas run has no --volume", "faas run --volume /x:/y x true"),
                of(125, "IMAGE must be an image", "faas run 'not an image' true"),
                of(125, "could not be pulled", "faas run 127.0.0.1:1/none:1 true"),
                of(125, "--after: 'abc' is not the number of an event", "faas attach %s --after abc".formatted(NO_ID)),
                of(125, "You have no activation", "faas attach " + NO_ID),
                of(4, "did you mean \"resize\"?", "faas invoke resise"),
                of(4, "\"resize\" has no revision 9", "faas invoke resize@9"),
                of(2, "--wait: 'soon' is not a duration", "faas invoke resize --wait soon"),
                of(2, "exclude each other", "faas invoke resize --async --follow"),
                of(2, "--file: cannot read /none: no such file", "faas invoke resize --file /none"),
                of(2, "'b' is one argument too many", "faas invoke resize a b"),
                of(2, "--delay: 'soon' is not a duration", "faas invoke resize --delay soon"),
                of(2, "at most 131071 bytes", "head -c 131072 /dev/zero | tr '\\0' x | faas invoke resize -"),
                of(2, "has a NUL", "printf 'a\\0b' | faas invoke resize -"),
                of(2, "is not UTF-8", "printf '\\377' | faas invoke resize -"),
                of(2, "visible ASCII", "faas invoke resize --idempotency-key ''"));
    }

    private static List<Mistake> flagsOfFunctions() {
        return List.of(
                of(2, "did you mean \"create\"?", "faas fn creat x"),
                of(2, "Missing required parameter: 'NAME'", "faas fn create"),
                of(2, "a function needs an image", "faas fn create x"),
                of(2, "begin with a letter", "faas fn create 9bad --image x"),
                of(6, "there is a function \"resize\"", "faas fn create resize --image x"),
                of(2, "cannot read /none: no such file", "faas fn create x --from /none"),
                of(2, "--unset: no field 'nonsense'", "faas fn update resize --unset nonsense"),
                of(4, "did you mean \"resize\"?", "faas fn update resiz --memory 1g"),
                of(4, "did you mean \"resize\"?", "faas fn get resiz"),
                of(2, "no revision 9", "faas fn rollback resize 9"),
                of(2, "'x' is not a revision", "faas fn rollback resize x"),
                of(4, "\"resize\" has no revision 7", "faas fn diff resize @1 @7"),
                of(4, "did you mean \"resize\"?", "faas fn delete resiz --yes"),
                of(2, "--yes", "faas fn delete resize"),
                of(2, "the editor ended with 1", "EDITOR=false faas fn edit resize"),
                of(2, "NAME=VALUE", "faas fn list --label x"),
                of(4, "did you mean \"resize\"?", "faas fn export resiz"));
    }

    /** The flag and its value, and what is said about it. */
    private static List<Mistake> functionFlags() {
        return Stream.of(
                        List.of("--image 'a b'", "--image must be an image"),
                        List.of("--memory lots", "--memory: 'lots' is not a size"),
                        List.of("--cpus x", "--cpus: 'x' is not a number"),
                        List.of("--pids 1.5", "--pids: '1.5' is not a whole number"),
                        List.of("--timeout 1.5s", "--timeout: '1.5s' is not a number of whole seconds"),
                        List.of("--result-size x", "--result-size: 'x' is not a size"),
                        List.of("--log-size x", "--log-size: 'x' is not a size"),
                        List.of("--concurrency 0", "--concurrency must be"),
                        List.of("--max-pending many", "--max-pending: 'many' is not a whole number"),
                        List.of("--queue-ttl soon", "--queue-ttl: 'soon' is not a duration"),
                        List.of("--max-attempts 0", "--max-attempts must be"),
                        List.of("--backoff x", "--backoff: 'x' is not a duration"),
                        List.of("--retry-on moon", "--retry-on[0] must be"),
                        List.of("--delivery never", "--delivery must be"),
                        List.of("--read-only=maybe", "--read-only': 'maybe' is not a boolean"),
                        List.of("--prewarm=-1", "--prewarm must be"),
                        List.of("--argument-as stdin", "--argument-as "),
                        List.of("--idle-ttl soon", "--idle-ttl: 'soon' is not a duration"),
                        List.of("--label x", "--label: 'x' is not NAME=VALUE"),
                        List.of("--env =x", "--env: '=x' is not NAME=VALUE"),
                        List.of("--command \"'open\"", "--command: a quote is not closed"),
                        List.of("--network host", "--network must be"),
                        List.of("--mode odd", "--mode must be"))
                .map(row -> of(2, row.getLast(), "faas fn create x --image any:1 " + row.getFirst()))
                .toList();
    }

    private static List<Mistake> files() {
        return List.of(
                of(2, "Missing required option: '--file", "faas apply"),
                of(2, "cannot read none.yaml: no such file", "faas apply -f none.yaml"),
                of(2, "has no file *.yaml", "faas apply -f empty"),
                of(2, "--prune needs -l", "faas apply -f ok.yaml --prune"),
                of(2, "-l belongs to --prune", "faas apply -f ok.yaml -l a=b"),
                of(2, "-:2:1: not YAML", "echo 'functions: [' | faas apply -f -"),
                of(2, "did you mean limits.memoryMb?", "sed 's/image/memoryMb/' ok.yaml | faas apply -f -"),
                of(2, "cannot read none.yaml: no such file", "faas diff -f none.yaml"));
    }

    private static List<Mistake> activations() {
        return Stream.concat(
                        Stream.of("get", "wait", "result", "explain", "cancel", "replay", "events", "logs")
                                .map(verb -> of(4, "You have no activation", "faas act " + verb + " " + NO_ID)),
                        Stream.of(
                                of(2, "did you mean \"list\"?", "faas act lst"),
                                of(2, "expected one of [queued, running,", "faas act list --status odd"),
                                of(4, "did you mean \"resize\"?", "faas act list --function resiz"),
                                of(2, "--since: 'soon' is neither a time", "faas act list --since soon"),
                                of(2, "--until: 'soon' is neither a time", "faas act list --until soon"),
                                of(2, "--tag: 'x' is not KEY=VALUE", "faas act list --tag x"),
                                of(2, "--limit", "faas act list --limit 0"),
                                of(2, "--timeout: 'soon'", "faas act wait %s --timeout soon".formatted(NO_ID)),
                                of(4, "did you mean \"resize\"?", "faas logs resiz"),
                                of(4, "unused has no activation yet", "faas logs unused"),
                                of(2, "--tail: must not be negative", "faas logs resize --tail -1"),
                                of(2, "expected one of [queued, running, rate", "faas top --sort odd")))
                .toList();
    }

    private static List<Mistake> words() {
        return List.of(
                of(2, "did you mean \"run\"?", "faas rnu x"),
                of(2, "\"faas activation\" needs one of", "faas act"),
                of(2, "no verb \"nothing\"", "faas help nothing"),
                of(2, "in a clone of the project: ./faas up", "faas up"),
                of(2, "\"project\" is not available yet", "faas project list"),
                of(2, "a hook needs a function", "faas hook create push --signature github"),
                of(4, "no hook \"nothing\"", "faas hook get nothing"),
                of(2, "a schedule needs a function", "faas schedule create nightly --cron @daily"),
                of(4, "no schedule \"nothing\"", "faas schedule get nothing"),
                of(2, "Unknown option: '--bogus'", "faas whoami --bogus"),
                of(2, "'extra' is one argument too many", "faas whoami extra"),
                of(2, "expected one of [table, json,", "faas whoami -o xml"),
                of(2, "--retry-for: 'soon' is not a duration", "faas whoami --retry-for soon"),
                of(2, "--json: no field nofield", "faas whoami --json nofield"),
                of(2, "expected one of [bash, zsh, fish]", "faas completion tcsh"),
                of(4, "There is nothing at this address", "faas api /v1/nothing"),
                of(2, "-H: 'odd' is not NAME: VALUE", "faas api /v1/functions -H odd"),
                of(2, "--input: cannot read /none: no such file", "faas api POST /v1/functions --input /none"),
                of(2, "The body is not JSON", "faas api PUT /v1/functions/resize -d 'no json'"));
    }

    private static List<Mistake> logins() {
        var folder = "cp -r .config expired; export XDG_CONFIG_HOME=$PWD/expired; ";
        var expire = "sed -i 's/\"expiresAt\".*,/\"expiresAt\": \"2020-01-01T00:00:00Z\",/;"
                + "s/\"refreshToken\".*/\"refreshToken\": \"wrong\"/' expired/faas/logins/*; ";
        var damage = "echo broken >expired/faas/contexts.json; ";
        return List.of(
                of(3, "Log in: faas login http", "XDG_CONFIG_HOME=$PWD/empty faas fn list"),
                of(3, "has ended\nLog in again: faas login", folder + expire + "faas fn list"),
                of(2, "contexts.json: not JSON\nMend or delete this file.", folder + damage + "faas fn list"),
                of(3, "Log in again", "FAAS_TOKEN=garbage faas whoami"),
                of(3, "No user has this name and password", "echo wrong-password | faas login -u x --password-stdin"),
                of(2, "standard input has no token", "faas login --token-stdin"),
                of(2, "the password must have", "echo short | faas register -u x --password-stdin"),
                of(2, "there is no terminal to ask on", "faas register -u x"),
                of(4, "did you mean \"other\"?", "faas whoami --context othr"),
                of(4, "did you mean \"other\"?", "faas context use othr"),
                of(2, "is not a name for a context", "faas context create 'a b' http://127.0.0.1:1"),
                of(2, "is not the address of a platform", "faas context create x ftp://127.0.0.1"));
    }

    private static List<Mistake> surroundings() {
        return List.of(
                of(5, "connection refused\nIs the platform running there?", elsewhere("http://127.0.0.1:1")),
                of(5, "no such host", elsewhere("http://no-such-host.invalid")),
                of(
                        5,
                        "no answer from $NOT_HTTP: the connection broke (the answer is not HTTP)",
                        elsewhere("$NOT_HTTP")),
                of(5, "is not JSON\nThis is not a functions platform", elsewhere("$NOT_OURS")),
                of(2, "HOME is not set", "env -u HOME faas whoami"));
    }

    private static String elsewhere(String url) {
        return "FAAS_URL=%s FAAS_TOKEN=x faas fn list --retry-for 0s".formatted(url);
    }

    private InstalledClient client;
    private ServerSocket notHttp;
    private ServerSocket notOurs;

    @BeforeAll
    void logIn(WholeSystem.Running running) throws Exception {
        client = InstalledClient.of(running.api());
        client.with("IMAGE", running.images().load(BusyboxImage.bare()));
        notHttp = answering("SSH-2.0-OpenSSH_9.2\r\n");
        notOurs = answering("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>");
        client.with("NOT_HTTP", "http://127.0.0.1:" + notHttp.getLocalPort());
        client.with("NOT_OURS", "http://127.0.0.1:" + notOurs.getLocalPort());
        client.shell("""
                        set -e
                        faas fn create resize --image any:1
                        faas fn create unused --image any:1
                        faas context create other http://127.0.0.1:1
                        mkdir empty
                        printf 'functions:\\n  - name: ok\\n    image: any:1\\n' >ok.yaml
                        """).orThrow();
    }

    @AfterAll
    void close() throws Exception {
        notHttp.close();
        notOurs.close();
        client.close();
    }

    /** A server that answers every connection with this text. */
    private static ServerSocket answering(String text) throws IOException {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(() -> {
            while (true) {
                try (var connection = server.accept()) {
                    connection.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                    connection.shutdownOutput();
                    connection.getInputStream().readAllBytes();
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        return server;
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void endsWithAnExitCodeAndAText(Mistake mistake) throws Exception {
        var result = client.shell(mistake.line());

        assertThat(result.exit()).as(result.err()).isEqualTo(mistake.exit());
        assertThat(result.err())
                .contains(withVariables(mistake.said()))
                .doesNotContain("Exception", "\tat ", "the client failed", "null");
        assertThat(result.out()).isEmpty();
    }

    private String withVariables(String text) {
        var environment = client.environment();
        return text.replace("$NOT_HTTP", environment.getOrDefault("NOT_HTTP", ""))
                .replace("$NOT_OURS", environment.getOrDefault("NOT_OURS", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "help", "run --help", "completion bash"})
    void whatNeedsNoLoginNeedsNoHome(String words) throws Exception {
        assertThat(client.shell("env -u HOME -u XDG_CACHE_HOME faas " + words).orThrow())
                .isNotEmpty();
    }

    /** Needs root, for a file system of its own. */
    @Test
    void aFullDiskIsNamed() throws Exception {
        var folder = client.home().resolve("full");
        try (var disk = SmallDisk.at(folder, 1)) {
            disk.fill();
            var result = client.shell("faas api /v1/auth/me >/dev/null && XDG_CONFIG_HOME=$HOME/full"
                    + " faas context create new http://127.0.0.1:1");
            assertThat(result.exit()).isEqualTo(2);
            assertThat(result.err()).contains("cannot write " + folder, "No space left on device", "XDG_CONFIG_HOME");
        }
    }

    /** Needs root, for a file system of its own. */
    @Test
    void aReadOnlyHomeIsEnoughForALoginThatIsThere() throws Exception {
        var home = client.home().resolve("fixed");
        try (var disk = SmallDisk.at(home, 1)) {
            client.shell("cp -r .config fixed && mount -o remount,ro fixed").orThrow();
            assertThat(disk.free()).isNotZero();
            client.with("FIXED", home.toString());

            client.shell("env -u XDG_CACHE_HOME HOME=$FIXED faas whoami").orThrow();
            var refused = client.shell("env -u XDG_CACHE_HOME HOME=$FIXED faas context create new http://127.0.0.1:1");

            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.err()).contains("cannot write " + home, "Read-only file system", "XDG_CONFIG_HOME");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"faas fn list", "faas act list", "faas ps", "faas context list", "faas top --once"})
    void tablesFitFortyColumns(String line) throws Exception {
        client.shell("faas invoke resize --async x").orThrow();
        try (var screen = Screen.open(client, 40, 20)) {
            var shown = screen.run(line);

            assertThat(shown.exit()).isZero();
            assertThat(shown.text().lines())
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row).hasSizeLessThanOrEqualTo(40));
        }
    }

    @Test
    void otherCharactersSurviveALocaleWithoutThem() throws Exception {
        var result = client.shell("LC_ALL=C faas run $IMAGE printf %s 'grüße 日本'");

        assertThat(result.orThrow()).isEqualTo("grüße 日本");
    }

    @Test
    void aClosedPipeEndsTheClientQuietly() throws Exception {
        var result = client.shell("faas run $IMAGE seq 100000 | head -n 1; exit ${PIPESTATUS[0]}");

        assertThat(result.exit()).isEqualTo(141);
        assertThat(result.out()).isEqualTo("1\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeUsedAsAFileIsNamed() throws Exception {
        Files.createDirectories(client.home().resolve("folder"));

        var result = client.shell("faas invoke resize --file folder");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("--file: cannot read folder: ");
    }
}
