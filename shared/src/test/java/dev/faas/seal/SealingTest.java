package dev.faas.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealingTest {
    private static final SecretId ID = new SecretId("usr_a", "db", 1);
    private static final byte[] VALUE = "correct horse".getBytes(StandardCharsets.UTF_8);

    /** From the test vectors of RFC 9180: mode 0, kem 32, kdf 1, aead 2, sequence number 0. */
    @Test
    void givenThePublishedTestVector_whenSealedAndOpened_thenBothAgreeWithIt() {
        var receiver =
                new X25519PrivateKeyParameters(hex("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d"));
        var ephemeral =
                new X25519PrivateKeyParameters(hex("179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11"));
        var publicKey =
                new X25519PublicKeyParameters(hex("430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c"));
        var info = hex("4f6465206f6e2061204772656369616e2055726e");
        var authenticated = hex("436f756e742d30");
        var plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
        var sealed = hex("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"
                + "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a");

        assertThat(receiver.generatePublicKey().getEncoded()).isEqualTo(publicKey.getEncoded());
        assertThat(Hpke.seal(publicKey, info, authenticated, plaintext, ephemeral))
                .isEqualTo(sealed);
        assertThat(Hpke.open(receiver, info, authenticated, sealed)).hasValue(plaintext);
    }

    @ParameterizedTest
    @CsvSource({"usr_b, db, 1", "usr_a, dc, 1", "usr_a, db, 2", "usr_a, d, 1"})
    void givenASealedValue_whenOpenedAsAnotherSecret_thenItDoesNotOpen(String owner, String name, int version)
            throws Exception {
        var pair = generate();
        var key = sealing(pair);
        var keys = opening(privatePem(pair));
        var sealed = key.seal(ID, VALUE);

        assertThat(keys.open(ID, key.id(), sealed)).hasValue(VALUE);
        assertThat(keys.open(new SecretId(owner, name, version), key.id(), sealed))
                .isEmpty();
    }

    @Test
    void givenAnotherKeyOrAChangedValue_whenOpened_thenItDoesNotOpen() throws Exception {
        var pair = generate();
        var other = generate();
        var key = sealing(pair);
        var sealed = key.seal(ID, VALUE);

        assertThat(opening(privatePem(other)).open(ID, key.id(), sealed)).isEmpty();
        assertThat(opening(privatePem(other)).open(ID, sealing(other).id(), sealed))
                .isEmpty();
        assertThat(opening(privatePem(other) + privatePem(pair)).open(ID, key.id(), sealed))
                .as("spawners hold the old and the new key")
                .hasValue(VALUE);
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] ^= 1;
            assertThat(opening(privatePem(pair)).open(ID, key.id(), sealed)).isEmpty();
            sealed[i] ^= 1;
        }
        assertThat(opening(privatePem(pair)).open(ID, key.id(), new byte[3])).isEmpty();
    }

    @Test
    void givenOneValueTwice_whenSealed_thenNothingTellsThatTheyAreTheSame() throws Exception {
        var key = sealing(generate());

        assertThat(key.seal(ID, VALUE)).isNotEqualTo(key.seal(ID, VALUE)).hasSize(VALUE.length + 48);
    }

    @Test
    void givenSomethingElseThanAKey_whenRead_thenTheSettingIsNamed_andNotItsValue() throws Exception {
        var pair = generate();
        var env = Env.of(Map.of("FAAS_SEAL_PUBLIC", privatePem(pair), "FAAS_SEAL_PRIVATE", publicPem(pair)));
        SealingKey.from(env);
        OpeningKeys.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_SEAL_PUBLIC must be one public X25519 key in PEM")
                .hasMessageContaining("FAAS_SEAL_PRIVATE must be private X25519 keys in PEM")
                .hasMessageNotContaining("BEGIN");
    }

    private static KeyPair generate() throws Exception {
        return KeyPairGenerator.getInstance("X25519").generateKeyPair();
    }

    private static SealingKey sealing(KeyPair pair) throws Exception {
        var env = Env.of(Map.of("FAAS_SEAL_PUBLIC", publicPem(pair)));
        var key = SealingKey.from(env);
        env.check();
        return key.orElseThrow();
    }

    private static OpeningKeys opening(String pem) throws Exception {
        var env = Env.of(Map.of("FAAS_SEAL_PRIVATE", pem));
        var keys = OpeningKeys.from(env);
        env.check();
        return keys;
    }

    private static String publicPem(KeyPair pair) {
        return pem("PUBLIC KEY", pair.getPublic().getEncoded());
    }

    private static String privatePem(KeyPair pair) {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private static String pem(String kind, byte[] der) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
