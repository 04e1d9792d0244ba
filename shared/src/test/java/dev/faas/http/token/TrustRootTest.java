package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Env;
import dev.faas.testing.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustRootTest {
    private static final String VALUE = "{\"kid\":\"k1\",\"x\":\"ü\\n\"}";

    @TempDir
    Path directory;

    private TrustRoot root;
    private EntrySigner signer;

    @BeforeEach
    void make() throws IOException {
        write("one", NewTrustRoot.generate());
        write("two", NewTrustRoot.generate());
        var env = env("one.pub", "one");
        root = TrustRoot.from(env);
        signer = EntrySigner.from(env, root);
        env.check();
    }

    private void write(String name, NewTrustRoot pair) throws IOException {
        Files.writeString(directory.resolve(name), pair.privateKey());
        Files.writeString(directory.resolve(name + ".pub"), pair.publicKey());
    }

    private Env env(String publicFile, String privateFile) {
        var variables = new HashMap<String, String>();
        if (!publicFile.isEmpty()) {
            variables.put("FAAS_TRUST_ROOT_FILE", directory.resolve(publicFile).toString());
        }
        if (!privateFile.isEmpty()) {
            variables.put(
                    "FAAS_TRUST_ROOT_KEY_FILE", directory.resolve(privateFile).toString());
        }
        return Env.of(variables);
    }

    @Test
    void theValueIsWhatWasSignedAndOlderReadersSeeOneMemberMore() {
        var entry = signer.sign("KEYS", "k1", VALUE);

        assertThat(new String(entry, StandardCharsets.UTF_8))
                .startsWith(VALUE.substring(0, VALUE.length() - 1) + ",\"signed\":{\"counter\":")
                .endsWith("\"}}");
        var signed = SignedEntry.parse(entry).orElseThrow();
        assertThat(signed.value()).isEqualTo(VALUE);
        assertThat(root.hasSigned("KEYS", "k1", signed)).isTrue();
        assertThat(SignedEntry.parse(signer.sign("KEYS", "k1", VALUE))
                        .orElseThrow()
                        .counter())
                .isGreaterThan(signed.counter());
    }

    @Test
    void whatIsMovedOrChangedOrSignedByAnotherIsNotBelieved() {
        var signed = SignedEntry.parse(signer.sign("KEYS", "k1", VALUE)).orElseThrow();
        var other = VALUE.replace("ü", "u");
        var env = env("two.pub", "two");
        var stranger = EntrySigner.from(env, TrustRoot.from(env));

        assertThat(root.hasSigned("APIKEYS", "k1", signed)).isFalse();
        assertThat(root.hasSigned("KEYS", "k2", signed)).isFalse();
        assertThat(root.hasSigned("KEYS", "k1", new SignedEntry(other, signed.counter(), signed.signature())))
                .isFalse();
        assertThat(root.hasSigned("KEYS", "k1", new SignedEntry(VALUE, signed.counter() + 1, signed.signature())))
                .isFalse();
        assertThat(root.hasSigned(
                        "KEYS",
                        "k1",
                        SignedEntry.parse(stranger.sign("KEYS", "k1", VALUE)).orElseThrow()))
                .isFalse();
        assertThat(SignedEntry.parse(VALUE.getBytes(StandardCharsets.UTF_8))).isEmpty();
        // A second signature of somebody else's behind ours.
        var twice = new String(signer.sign("KEYS", "k1", VALUE), StandardCharsets.UTF_8);
        assertThat(root.hasSigned(
                        "KEYS",
                        "k1",
                        SignedEntry.parse(stranger.sign("KEYS", "k1", twice)).orElseThrow()))
                .isFalse();
    }

    @Test
    void theKeysOfOpensslAreRead() throws Exception {
        var own = directory.resolve("o").toString();
        TestCertificate.run(List.of("openssl", "genpkey", "-algorithm", "ed25519", "-out", own));
        TestCertificate.run(List.of("openssl", "pkey", "-in", own, "-pubout", "-out", own + ".pub"));

        var env = env("o.pub", "o");
        var read = TrustRoot.from(env);
        var entry = EntrySigner.from(env, read).sign("KEYS", "k", VALUE);
        env.check();

        assertThat(read.hasSigned("KEYS", "k", SignedEntry.parse(entry).orElseThrow()))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'',      '',      FAAS_TRUST_ROOT_FILE is required where others reach the platform",
        "absent,  one,     FAAS_TRUST_ROOT_FILE cannot be read",
        "one,     one,     FAAS_TRUST_ROOT_FILE names no Ed25519 key",
        "one.pub, '',      FAAS_TRUST_ROOT_KEY_FILE is required with FAAS_TRUST_ROOT_FILE",
        "one.pub, one.pub, FAAS_TRUST_ROOT_KEY_FILE names no Ed25519 key",
        "one.pub, two,     FAAS_TRUST_ROOT_KEY_FILE is not the private half"
    })
    void wrongFilesAreNamed(String publicFile, String privateFile, String message) {
        var env = env(publicFile, privateFile);

        EntrySigner.from(env, TrustRoot.from(env));

        assertThatThrownBy(env::check).hasMessageContaining(message);
    }

    @Test
    void whereNobodyElseReachesThePlatformThereNeedBeNone() {
        var env = Env.of(Map.of("FAAS_PROFILE", "private"));

        var none = TrustRoot.from(env);
        env.check();

        assertThat(none.isNone()).isTrue();
        assertThat(new String(EntrySigner.from(env, none).sign("KEYS", "k", VALUE), StandardCharsets.UTF_8))
                .isEqualTo(VALUE);
    }
}
