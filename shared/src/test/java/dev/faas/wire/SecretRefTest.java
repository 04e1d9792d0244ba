package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRefTest {
    @ParameterizedTest
    @CsvSource({
        "db,               ,            db,   0, /run/secrets/db",
        "DB_PASSWORD=db,   DB_PASSWORD, db,   0, DB_PASSWORD",
        "db@3,             ,            db,   3, /run/secrets/db",
        "_a1=A-b_9@999999999, _a1,      A-b_9, 999999999, _a1"
    })
    void givenASecretAsAFunctionNamesIt_whenParsed_thenItsPartsAreThere(
            String text, @Nullable String variable, String name, int version, String target) {
        var secret = SecretRef.parse(text).orElseThrow();

        assertThat(secret)
                .isEqualTo(new SecretRef(variable, name, version == 0 ? OptionalInt.empty() : OptionalInt.of(version)));
        assertThat(secret.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "=db",
                "A=",
                "1A=db",
                "A B=db",
                "A=B=db",
                "-db",
                "db-",
                "d.b",
                "../db",
                "a/b",
                "db@",
                "db@0",
                "db@-1",
                "db@1000000000",
                "db@1@2",
                "@1",
                "db\n",
                "d\0b",
                "dé"
            })
    void givenWhatNamesNoSecret_whenParsed_thenNothing(String text) {
        assertThat(SecretRef.parse(text)).isEmpty();
    }

    @Test
    void givenNames_whenAskedFor_thenAFunctionCanNameThem() {
        assertThat(SecretRef.isName("a".repeat(63))).isTrue();
        assertThat(SecretRef.isName("a".repeat(64))).isFalse();
        assertThat(SecretRef.isName("db@1")).isFalse();
    }
}
