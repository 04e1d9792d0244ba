package dev.faas.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Argon2HashTest {
    private static final byte[] SALT = "sixteen bytes !!".getBytes(StandardCharsets.UTF_8);

    @Test
    void givenAPasswordWhenHashedThenTheStringNamesTheOwaspMinimum() {
        assertThat(Argon2Hash.of("correct horse", SALT, Argon2Hash.OWASP_MINIMUM)
                        .encode())
                .matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse", "пароль-密码-🔑", " spaces at both ends ", "nul\u0000inside", "\n\t\""})
    void givenAnEncodedHashWhenParsedThenOnlyItsPasswordMatches(String password) {
        var stored = Argon2Hash.of(password, SALT, Argon2Hash.OWASP_MINIMUM).encode();

        assertThat(Argon2Hash.parse(stored).matches(password)).isTrue();
        assertThat(Argon2Hash.parse(stored).matches(password + " ")).isFalse();
        assertThat(Argon2Hash.parse(stored).matches(password.substring(1))).isFalse();
    }

    /** Made with the reference implementation's command: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 */
    @Test
    void givenAHashOfTheReferenceImplementationWhenCheckedThenItMatches() {
        var reference = Argon2Hash.parse(
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");

        assertThat(reference.matches("password")).isTrue();
        assertThat(reference.matches("passwore")).isFalse();
    }

    @Test
    void givenOnePasswordInTwoUnicodeFormsWhenCheckedThenBothAreTheSame() {
        var composed = Argon2Hash.of("caf\u00e9-caf\u00e9", SALT, Argon2Hash.OWASP_MINIMUM);

        assertThat(composed.matches("cafe\u0301-cafe\u0301")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
                "$2b$10$abcdefghijklmnopqrstuv"
            })
    void givenSomethingElseWhenParsedThenItIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> Argon2Hash.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an argon2id PHC string");
    }
}
