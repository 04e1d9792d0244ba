package dev.faas.system.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.system.contract.RawHttp;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Prepares the target of hostile requests: a user with a function that has run once. */
final class Scenario {
    static final String FUNCTION = "target";

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final WholeSystem.Running system;
    private final Client user;
    private final Map<String, String> words;

    private Scenario(WholeSystem.Running system, Client user, Map<String, String> words) {
        this.system = system;
        this.user = user;
        this.words = words;
    }

    static Scenario of(WholeSystem.Running system) throws IOException, InterruptedException {
        var name = "hostile-" + UUID.randomUUID().toString().substring(0, 12);
        var user = Client.register(system.api(), name);
        var words = new HashMap<String, String>();
        var scene = new Scenario(system, user, words);
        words.put("{token}", scene.token(name));
        words.put("{fn}", FUNCTION);
        words.put("{fnId}", user.function(FUNCTION, system.images().script("echo $1")));
        user.function("target-2", system.images().script("echo $1"));
        var activation = user.submit(FUNCTION, "before");
        user.ended(activation);
        words.put("{id}", activation);
        words.put(
                "{cursor}",
                user.get("/v1/functions?limit=1").json().path("next").asText());
        return scene;
    }

    private String token(String name) throws IOException {
        var login = Refusal.request("login", "POST", "/v1/auth/login")
                .json("{'username':'" + name + "','password':'correct horse battery staple'}");
        try (var http = connect(Refusal.Door.API)) {
            var answer = http.send(login.onTheWire(this)).answer().orElseThrow();
            return Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8))
                    .path("access_token")
                    .asText();
        }
    }

    /** A connection for one case, with a limit of 5 s. */
    RawHttp connect(Refusal.Door door) throws IOException {
        return RawHttp.connect(address(door), LIMIT);
    }

    private URI address(Refusal.Door door) {
        return switch (door) {
            case API -> system.api();
            case AUTH -> system.platform().auth();
            case REGISTRY -> system.platform().registry();
        };
    }

    String fillIn(String text) {
        var filled = text;
        for (var word : words.entrySet()) {
            filled = filled.replace(word.getKey(), word.getValue());
        }
        return filled;
    }

    /** Checks that the platform works as before: ready, the function unchanged, and a normal activation succeeds. */
    void isUnhurt() throws IOException, InterruptedException {
        user.get("/readyz").expect(200);
        var functions = user.get("/v1/functions").json().path("items");
        assertThat(functions).extracting(each -> each.path("name").asText()).containsExactly(FUNCTION, "target-2");
        assertThat(functions).allMatch(each -> each.path("revision").asInt() == 1);
        var record = user.ended(user.submit(FUNCTION, "after"));
        assertThat(record.path("status").asText()).isEqualTo("succeeded");
        assertThat(record.path("result").asText()).isEqualTo("after\n");
    }
}
