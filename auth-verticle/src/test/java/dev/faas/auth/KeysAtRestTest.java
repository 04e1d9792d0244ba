package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.auth.signing.SigningKey;
import dev.faas.auth.signing.SigningKeyStore;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.pg.Pg;
import dev.faas.seal.KeyEncryptionKeys;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A thief of the database cannot sign tokens. */
class KeysAtRestTest extends BackendsFixture {
    private static final String FIRST = "01".repeat(32);
    private static final String SECOND = "ab".repeat(32);

    @Test
    void givenAKeyOfTheVersionBeforeWhenStartedWithAKekThenItStaysReadableForThatVersion_andTokensStayGood()
            throws Exception {
        var tokens = new ArrayList<String>();
        Backends.serve(vertx, backends.config(), client -> {
            client.register("ada", PASSWORD);
            tokens.add(client.login("ada", PASSWORD).accessToken());
        });
        var plain = backends.text("select d from auth.signing_key");

        Backends.serve(vertx, backends.config("keks", keks(FIRST)), client -> {
            assertThat(backends.text("select d from auth.signing_key")).isEqualTo(plain);
            tokens.add(client.login("ada", PASSWORD).accessToken());
            tokens.forEach(token -> assertThat(client.me(token).status()).isEqualTo(200));
        });
    }

    @Test
    void givenANewDatabaseAndAKekWhenStartedThenTheFirstKeyAndLaterOnesAreStoredEncrypted() throws Exception {
        await(vertx.deployVerticle(new AuthVerticle(backends.config("keks", keks(FIRST)))));
        var later = SigningKey.generate(Instant.now());
        var pg = Pg.open(vertx, backends.pgConfig(backends.postgres.url(), Duration.ofSeconds(10)));

        new SigningKeyStore(pg, keks(FIRST)).add(later).await();

        assertThat(backends.number("select count(*) from auth.signing_key where d_wrapped is not null"))
                .isEqualTo(2);
        assertNotInTheDatabase(later.d());
    }

    @Test
    void givenANewFirstKekWhenStartedThenAllIsEncryptedWithIt_andTheOldOneIsNoLongerNeeded() throws Exception {
        start(keks(FIRST));
        var wrapped = backends.text("select kek from auth.signing_key");

        start(keks(SECOND, FIRST));
        assertThat(backends.text("select kek from auth.signing_key")).isNotEqualTo(wrapped);

        start(keks(SECOND));
        assertThat(backends.number("select count(*) from auth.signing_key")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void givenKeysEncryptedWithAnotherKekWhenStartedThenItSaysWhatToDo_andStoresNothing(boolean withAnother)
            throws Exception {
        start(keks(FIRST));
        var before = dump();

        assertThatThrownBy(() -> start(withAnother ? keks(SECOND) : KeyEncryptionKeys.NONE))
                .hasStackTraceContaining("auth-service could not start")
                .hasStackTraceContaining(backends.text("select kid from auth.signing_key"))
                .hasStackTraceContaining(backends.text("select kek from auth.signing_key"))
                .hasStackTraceContaining("FAAS_KEK_FILE names, as a later line");

        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void givenAnEncryptedValueWhenItIsChangedOrMovedToAnotherKeyThenItIsRefused() throws Exception {
        var keks = keks(FIRST);
        var wrapped = keks.wrap("one", "private");
        var bytes = wrapped.bytes().getBytes();
        assertThat(keks.unwrap("one", wrapped.kek(), bytes)).isEqualTo("private");
        var changed = bytes.clone();
        changed[changed.length - 1] ^= 1;

        assertThatThrownBy(() -> keks.unwrap("two", wrapped.kek(), bytes))
                .hasMessageContaining("two has been changed in the database");
        assertThatThrownBy(() -> keks.unwrap("one", wrapped.kek(), changed))
                .hasMessageContaining("one has been changed in the database");
    }

    @ParameterizedTest
    @CsvSource({"KEY, ''", "'KEY ', ''", "short, line 1", "0101, line 1", "'KEY;;x', line 3"})
    void givenAFileWithSomethingElseWhenReadThenTheLineIsNamed_notItsContent(String text, String problem)
            throws Exception {
        var env = Env.of(Map.of("FAAS_KEK_FILE", file(text.replace("KEY", FIRST).replace(';', '\n'))));
        KeyEncryptionKeys.from(env);

        if (problem.isEmpty()) {
            env.check();
        } else {
            assertThatThrownBy(env::check)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("FAAS_KEK must have 64 hexadecimal digits a line; " + problem)
                    .hasMessageNotContainingAny(FIRST, "short", "0101");
        }
    }

    /** Starts and stops the service. */
    private void start(KeyEncryptionKeys keks) throws Exception {
        Backends.serve(vertx, backends.config("keks", keks), client -> {});
    }

    private KeyEncryptionKeys keks(String... keys) throws Exception {
        var env = Env.of(Map.of("FAAS_KEK_FILE", file(String.join("\n", keys) + "\n")));
        var keks = KeyEncryptionKeys.from(env);
        env.check();
        return keks;
    }

    private String file(String text) throws Exception {
        return Files.writeString(directory.resolve("kek"), text).toString();
    }

    private void assertNotInTheDatabase(String privateValue) throws SQLException {
        var bytes = Base64.getUrlDecoder().decode(privateValue);
        assertThat(dump())
                .contains("kid=" + backends.text("select min(kid) from auth.signing_key"))
                .doesNotContain(
                        privateValue,
                        Base64.getEncoder().withoutPadding().encodeToString(bytes),
                        HexFormat.of().formatHex(bytes));
    }

    /** Every column of every table of the service. */
    private String dump() throws SQLException {
        var dump = new StringBuilder();
        var tables = backends.text(
                "select string_agg(table_name, ' ') from information_schema.tables where table_schema = 'auth'");
        for (var table : tables.split(" ", -1)) {
            dump.append(backends.text("select string_agg(t::text, ' ') from auth." + table + " t"))
                    .append('\n');
        }
        return dump.append("kid=")
                .append(backends.text("select min(kid) from auth.signing_key"))
                .toString();
    }
}
