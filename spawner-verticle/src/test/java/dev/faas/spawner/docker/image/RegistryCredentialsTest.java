package dev.faas.spawner.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins from a {@code config.json}, as {@code docker login} and people write it. */
final class RegistryCredentialsTest {

    private static final String HOST = "registry.example:5000";
    private static final String PAIR =
            Base64.getEncoder().encodeToString("ada:se:cret".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path directory;

    @Test
    void givenNoFile_whenRead_thenThereIsNoLogin() throws Exception {
        assertThat(new RegistryCredentials(null).of(HOST)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "{\"auths\": {}}", "{\"auths\": {\"registry.example:5000\": {}}}", "{\"auths\": 7}"})
    void givenAFileWithoutLogins_whenRead_thenThereIsNoLogin(String content) throws Exception {
        assertThat(with(content).of(HOST)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry.example:5000",
                "https://registry.example:5000",
                "http://registry.example:5000/v2/",
                "https://registry.example:5000/v1/"
            })
    void givenALogin_whenRead_thenOnlyItsRegistryGetsIt(String key) throws Exception {
        var credentials = with("{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(key, PAIR));

        assertThat(credentials.of(HOST)).hasValueSatisfying(RegistryCredentialsTest::isAda);
        assertThat(credentials.of("registry.example")).isEmpty();
        assertThat(credentials.of("other.example:5000")).isEmpty();
        assertThat(credentials.of(ImageReference.DOCKER_HUB)).isEmpty();
    }

    @Test
    void givenALoginAtDockerHub_whenRead_thenItIsFoundUnderItsOldAddress() throws Exception {
        var credentials = with("{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"%s\"}}}".formatted(PAIR));

        assertThat(credentials.of(ImageReference.parse("busybox").orElseThrow().host()))
                .hasValueSatisfying(RegistryCredentialsTest::isAda);
        assertThat(credentials.of(HOST)).isEmpty();
    }

    @Test
    void givenNameAndPasswordInTwoFields_whenRead_thenTheyAreUsed() throws Exception {
        var credentials = with("{\"auths\": {\"" + HOST + "\": {\"username\": \"ada\", \"password\": \"se:cret\"}}}");

        assertThat(credentials.of(HOST)).hasValueSatisfying(RegistryCredentialsTest::isAda);
    }

    @Test
    void givenAnIdentityToken_whenRead_thenItIsUsed() throws Exception {
        var credentials = with("{\"auths\": {\"" + HOST + "\": {\"auth\": \"\", \"identitytoken\": \"t0k3n\"}}}");

        assertThat(credentials.of(HOST)).map(AuthConfig::getIdentitytoken).contains("t0k3n");
    }

    @Test
    void givenANewLogin_whenReadAgain_thenItIsUsedAtOnce() throws Exception {
        var credentials = with("{}");
        assertThat(credentials.of(HOST)).isEmpty();

        write("{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(HOST, PAIR));

        assertThat(credentials.of(HOST)).isPresent();
    }

    @Test
    void givenAHelperForTheRegistry_whenRead_thenItComesBeforeTheStoreAndTheFile() throws Exception {
        helper("one", "read server; echo '{\"ServerURL\": \"x\", \"Username\": \"ada\", \"Secret\": \"se:cret\"}'");
        helper("two", "read server; echo '{\"Username\": \"<token>\", \"Secret\": \"'$server'\"}'");
        var credentials = with("""
                {"auths": {"%s": {"auth": "eDp5"}, "other.example": {"auth": "eDp5"}},
                 "credHelpers": {"%s": "one"}, "credsStore": "two"}""".formatted(HOST, HOST));

        assertThat(credentials.of(HOST)).hasValueSatisfying(RegistryCredentialsTest::isAda);
        // All other registries use the store, by the address of the login.
        assertThat(credentials.of("other.example"))
                .map(AuthConfig::getIdentitytoken)
                .contains("other.example");
        assertThat(credentials.of(ImageReference.DOCKER_HUB))
                .map(AuthConfig::getIdentitytoken)
                .contains("https://index.docker.io/v1/");
    }

    @Test
    void givenAHelperWithoutALogin_whenRead_thenThereIsNoLogin() throws Exception {
        helper("none", "cat >/dev/null; echo 'credentials not found in native keychain'; exit 1");

        assertThat(with("{\"credsStore\": \"none\"}").of(HOST)).isEmpty();
    }

    @Test
    void givenAMissingHelper_whenRead_thenTheErrorNamesItAndTheSetting() throws Exception {
        var credentials = with("{\"credsStore\": \"desktop\"}");

        assertThatThrownBy(() -> credentials.of(HOST))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("docker-credential-desktop")
                .hasMessageContaining("FAAS_DOCKER_CONFIG");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat >/dev/null; echo hunter2; exit 1", "cat >/dev/null; echo hunter2", "exit 3"})
    void givenAHelperThatFails_whenRead_thenTheErrorNamesItAndDoesNotQuoteIt(String script) throws Exception {
        helper("broken", script);
        var credentials = with("{\"credsStore\": \"broken\"}");

        assertThatThrownBy(() -> credentials.of(HOST))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("docker-credential-broken")
                .satisfies(RegistryCredentialsTest::hasNoSecret);
    }

    /** The second one ends only when its output is being read: of a process that has ended before, the JDK has the whole output. */
    @ParameterizedTest
    @ValueSource(strings = {"sleep 60 & sleep 60", "sleep 40 & sleep 0.2; echo '{}'", "exec >&-; sleep 60"})
    @Timeout(30)
    void givenAHelperThatDoesNotEnd_whenRead_thenItIsKilledWithItsChildren(String script) throws Exception {
        helper("slow", script);
        var slow = CredentialHelper.find("slow", directory.toString());

        assertThatThrownBy(() -> slow.get(HOST, Duration.ofMillis(500)))
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("docker-credential-slow");
    }

    @Test
    void givenAHelperWhoseNameIsAPath_whenRead_thenNothingIsRun() throws Exception {
        var credentials = with("{\"credsStore\": \"/../../tmp/x\"}");

        assertThatThrownBy(() -> credentials.of(HOST)).isInstanceOf(EngineFault.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"auths\": hunter2}", "hunter2", "{\"auths\": {\"a\": {\"password\": \"hunter2\""})
    void givenAFileThatIsNotJson_whenChecked_thenTheErrorNamesItAndDoesNotQuoteIt(String content) throws Exception {
        var credentials = with(content);

        assertThatThrownBy(credentials::check)
                .isInstanceOf(EngineFault.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining("line 1")
                .satisfies(RegistryCredentialsTest::hasNoSecret);
    }

    @Test
    void givenAMissingFile_whenChecked_thenTheErrorNamesIt() {
        var credentials = new RegistryCredentials(directory.resolve("nowhere.json"));

        assertThatThrownBy(credentials::check).isInstanceOf(EngineFault.class).hasMessageContaining("nowhere.json");
    }

    private RegistryCredentials with(String content) throws IOException {
        write(content);
        return new RegistryCredentials(directory.resolve("config.json"), directory.toString() + ":/bin");
    }

    private void write(String content) throws IOException {
        Files.writeString(directory.resolve("config.json"), content);
    }

    private void helper(String name, String script) throws IOException {
        var file = Files.writeString(directory.resolve("docker-credential-" + name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static void isAda(AuthConfig auth) {
        assertThat(Optional.ofNullable(auth.getUsername())).contains("ada");
        assertThat(Optional.ofNullable(auth.getPassword())).contains("se:cret");
    }

    private static void hasNoSecret(Throwable fault) {
        for (var each = fault; each != null; each = each.getCause()) {
            assertThat(String.valueOf(each.getMessage())).doesNotContain("hunter2");
        }
    }
}
