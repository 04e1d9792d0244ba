package dev.faas.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.config.Profile;
import dev.faas.http.token.NewTrustRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthConfigTest {
    @TempDir
    Path directory;

    /** What is required where others reach the platform. */
    private Map<String, String> required() throws IOException {
        var pair = NewTrustRoot.generate();
        return Map.of(
                "FAAS_TRUST_ROOT_FILE",
                Files.writeString(directory.resolve("root.pub"), pair.publicKey())
                        .toString(),
                "FAAS_TRUST_ROOT_KEY_FILE",
                Files.writeString(directory.resolve("root"), pair.privateKey()).toString());
    }

    @Test
    void givenNoSettingsWhenReadThenTheDefaultsHold() throws IOException {
        var env = Env.of(required());

        var config = AuthConfig.from(env);
        env.check();

        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.lifetimes().access()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.lifetimes().refresh()).isEqualTo(Duration.ofDays(30));
        assertThat(config.pg().schema()).isEqualTo("auth");
    }

    /** What only its own machine reaches has no limit of one address: all its clients have the same. */
    @ParameterizedTest
    @CsvSource({"shared, 4, 300", "private, 66, 0"})
    void givenAProfileWhenReadThenTheLimitsOfAnAddressFollow(String profile, int places, int rate) throws IOException {
        var variables = new HashMap<>(required());
        variables.put("FAAS_PROFILE", profile);
        var env = Env.of(variables);

        var config = AuthConfig.from(env);
        env.check();

        assertThat(config.hashing().perAddress()).isEqualTo(places);
        assertThat(config.addresses().rate()).isEqualTo(rate);
    }

    @Test
    void givenSeveralWrongSettingsWhenReadThenAllAreNamedAtOnce() {
        var env = Env.of(Map.of(
                "FAAS_HTTP_PORT", "99999",
                "FAAS_HASH_THREADS", "none",
                "FAAS_REGISTRATION", "everyone",
                "FAAS_ACCESS_TOKEN_LIFETIME", "13h",
                "FAAS_TRUSTED_PROXIES", "10.0.0.0/8,gateway",
                "FAAS_REFRESH_TOKEN_LIFETIME", "long"));
        AuthConfig.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_HTTP_PORT")
                .hasMessageContaining("FAAS_HASH_THREADS")
                .hasMessageContaining("FAAS_REGISTRATION")
                .hasMessageContaining("FAAS_ACCESS_TOKEN_LIFETIME")
                .hasMessageContaining("FAAS_TRUSTED_PROXIES")
                .hasMessageContaining("FAAS_REFRESH_TOKEN_LIFETIME");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, FIRST, SHARED",
                "shared, open, OPEN, SHARED",
                "shared, closed, CLOSED, SHARED",
                "private, -, OPEN, PRIVATE",
                "private, invitation, INVITATION, PRIVATE"
            })
    void givenAProfileWhenReadThenRegistrationFollowsFromItUnlessItIsGiven(
            @Nullable String profile, @Nullable String given, Registration registration, Profile read) {
        var variables = new HashMap<String, String>();
        if (profile != null) {
            variables.put("FAAS_PROFILE", profile);
        }
        if (given != null) {
            variables.put("FAAS_REGISTRATION", given);
        }

        assertThat(AuthConfig.from(Env.of(variables)).registration())
                .isEqualTo(new RegistrationRules(registration, given != null, read, Duration.ofMinutes(30)));
    }
}
