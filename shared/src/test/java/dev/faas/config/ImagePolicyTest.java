package dev.faas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.wire.ImageReference;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePolicyTest {
    /** Empty: the setting is not there. */
    @ParameterizedTest
    @CsvSource({
        // profile, FAAS_IMAGE_ALLOW,                  image,                  a user may, an admin may
        "shared,  '',                                  busybox,                true,  true",
        "shared,  '',                                  ada/resize:1,           true,  true",
        "shared,  '',                                  registry.example/a,     false, true",
        "shared,  '',                                  127.0.0.1:5000/a,       false, true",
        "shared,  '',                                  localhost/a,            false, true",
        "shared,  '**',                                registry.example/a,     true,  true",
        "shared,  '**',                                registry.example:22/a,  true,  true",
        "shared,  '**',                                127.0.0.1:5000/a,       false, false",
        "shared,  '**',                                2130706433:80/a,        false, false",
        "shared,  '**',                                [::1]/a,                false, false",
        "shared,  '**',                                registry:5000/a,        false, false",
        "shared,  '*/a',                               localhost/a,            false, false",
        "shared,  '**, localhost/*, 127.0.0.1:5000/a', localhost/b,            true,  true",
        "shared,  '**, localhost/*, 127.0.0.1:5000/a', 127.0.0.1:5000/a,       true,  true",
        "shared,  '**, localhost/*, 127.0.0.1:5000/a', 127.0.0.1:5000/b,       false, false",
        "shared,  'registry.example/team/*',           registry.example/team/a, true, true",
        "shared,  'registry.example/team/*',           busybox,                false, false",
        "private, '',                                  busybox,                true,  true",
        "private, '',                                  127.0.0.1:5000/a,       true,  true",
        "private, '',                                  localhost/a,            true,  true",
        "private, '@docker/**',                        busybox,                true,  true",
        "private, '@docker/**',                        127.0.0.1:5000/a,       false, false",
        "private, '**',                                127.0.0.1:5000/a,       true,  true"
    })
    void givenAProfileAndPatterns_whenAskedForAnImage_thenThePolicyHolds(
            String profile, String allow, String image, boolean user, boolean admin) {
        var policy = policy(profile, Map.of("FAAS_IMAGE_ALLOW", allow));

        assertThat(policy.mayPull(reference(image), false)).as("a user").isEqualTo(user);
        assertThat(policy.mayPull(reference(image), true)).as("an admin").isEqualTo(admin);
    }

    @ParameterizedTest
    @CsvSource({
        // profile, setting,                           image,                  a user may, an admin may
        "shared,  '',                                  busybox,                false, true",
        "shared,  'busybox localhost:5000/team/**',    busybox,                true,  true",
        "shared,  'busybox localhost:5000/team/**',    localhost:5000/team/a,  true,  true",
        "shared,  'busybox localhost:5000/team/**',    alpine,                 false, false",
        "private, '',                                  alpine,                 true,  true",
        "private, 'busybox',                           alpine,                 false, false"
    })
    void givenAProfileAndPatterns_whenAskedForLocalImagesAndLogins_thenEachSettingHolds(
            String profile, String patterns, String image, boolean user, boolean admin) {
        var local = policy(profile, Map.of("FAAS_IMAGE_LOCAL", patterns));
        var login = policy(profile, Map.of("FAAS_IMAGE_LOGIN", patterns));

        assertThat(local.mayUseLocal(reference(image), false)).isEqualTo(user);
        assertThat(local.mayUseLocal(reference(image), true)).isEqualTo(admin);
        assertThat(login.mayUseLogin(reference(image), false)).isEqualTo(user);
        assertThat(login.mayUseLogin(reference(image), true)).isEqualTo(admin);
    }

    @Test
    void givenARefusal_whenRead_thenItNamesThePatternsAndIsTheSameForEveryPathOfAHost() {
        var policy = policy("shared", Map.of("FAAS_IMAGE_ALLOW", "@docker/**, r.example/*", "FAAS_IMAGE_LOCAL", "a/b"));

        assertThat(policy.refusal(reference("a/b"), false)).isEmpty();
        var refusal = policy.refusal(reference("other.example/x"), false);
        assertThat(refusal.orElseThrow())
                .contains("@docker/**, r.example/*, a/b")
                .doesNotContain("in full");
        assertThat(policy.refusal(reference("other.example/y/z@sha256:" + "0".repeat(64)), false))
                .isEqualTo(refusal);
        assertThat(policy.refusal(reference("10.0.0.1/x"), false).orElseThrow()).contains("must be named in full");
    }

    @Test
    void givenThatDigestsAreRequired_whenAnImageHasATag_thenItIsRefusedForEveryone() {
        var policy = policy("private", Map.of("FAAS_IMAGE_REQUIRE_DIGEST", "true"));

        for (boolean admin : new boolean[] {false, true}) {
            assertThat(policy.refusal(reference("a:1"), admin).orElseThrow()).contains("a@sha256:");
            assertThat(policy.refusal(reference("a@sha256:" + "0".repeat(64)), admin))
                    .isEmpty();
        }
    }

    @Test
    void givenWhatIsNoPattern_whenRead_thenTheSettingAndTheTextAreNamed() {
        var env = Env.of(Map.of("FAAS_IMAGE_ALLOW", "@docker/**, https://r.example/*"));
        ImagePolicy.from(env);

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_IMAGE_ALLOW")
                .hasMessageContaining("'https://r.example/*'");
    }

    private static ImagePolicy policy(String profile, Map<String, String> settings) {
        var variables = new HashMap<>(settings);
        variables.put("FAAS_PROFILE", profile);
        var env = Env.of(variables);
        var policy = ImagePolicy.from(env);
        env.check();
        return policy;
    }

    private static ImageReference reference(String text) {
        return ImageReference.parse(text).orElseThrow();
    }
}
