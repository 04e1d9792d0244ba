package dev.faas.system.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.Client.Reply;
import dev.faas.system.WholeSystem;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that for functions and activations of other users, every response equals that for ones that do not exist. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoUsersIT {
    private static final Map<String, Object> WHOLE = Map.of("name", "secret", "image", "registry.example/x:1");
    private static final Map<String, Object> CHANGE = Map.of("description", "taken over");

    /** Ada's function and activation. */
    private record Things(String name, String function, String finished, String running) {
        /** Valid ids that do not exist. */
        Things neverExisted() {
            return new Things("secreu", other(function), other(finished), other(running));
        }

        private static String other(String id) {
            return id.substring(0, id.length() - 1) + (id.endsWith("0") ? '1' : '0');
        }

        String in(String path) {
            return path.replace("{name}", name)
                    .replace("{fn}", function)
                    .replace("{finished}", finished)
                    .replace("{running}", running);
        }

        /** The response, with placeholders for the requested ids. */
        String out(String text) {
            return text.replace(name, "{name}")
                    .replace(function, "{fn}")
                    .replace(finished, "{finished}")
                    .replace(running, "{running}");
        }
    }

    /** One request, and its expected response. */
    private record Road(
            int status,
            String method,
            String path,
            @Nullable Object body,
            List<String> headers) {
        Road(int status, String method, String path, @Nullable Object body, String... headers) {
            this(status, method, path, body, List.of(headers));
        }

        Reply by(Client client, Things things) throws Exception {
            return client.send(method, things.in(path), body, headers.toArray(String[]::new));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    private Client ada;
    private Client bob;
    private Things things;
    private URI functionsAlone;

    @BeforeAll
    void adaHasThings(WholeSystem.Running system) throws Exception {
        functionsAlone = system.platform().registry();
        ada = Client.register(system.api());
        bob = Client.register(system.api());
        var image = system.images().script("echo out; echo err >&2; test \"$1\" = go || sleep 60");
        var function = ada.function("secret", image);
        ada.send("PATCH", "/v1/functions/secret", CHANGE).expect(200);
        ada.function("second", image);
        var finished = ada.run("secret", "go");
        var running = ada.submit("secret", "on");
        ada.awaitListed(finished);
        ada.awaitListed(running);
        things = new Things("secret", function, finished, running);
    }

    private static List<Road> functionRoads() {
        var roads = new ArrayList<Road>();
        for (var ref : List.of("{name}", "{fn}")) {
            var path = "/v1/functions/" + ref;
            for (var read : List.of(path, path + "@1", path + "@2", path + "/revisions", path + "/revisions?limit=1")) {
                roads.add(new Road(404, "GET", read, null));
                roads.add(new Road(404, "HEAD", read, null));
            }
            roads.add(new Road(404, "GET", path, null, "If-None-Match", "*"));
            roads.add(new Road(404, "PUT", path, WHOLE));
            roads.add(new Road(404, "PUT", path, WHOLE, "If-Match", "\"2\""));
            roads.add(new Road(404, "PATCH", path, CHANGE));
            roads.add(new Road(404, "PATCH", path, CHANGE, "If-Match", "*"));
            roads.add(new Road(404, "DELETE", path, null));
            roads.add(new Road(404, "POST", path + "/rollback", Map.of("revision", 1)));
            roads.add(new Road(400, "PATCH", path + "@1", CHANGE));
            roads.add(new Road(400, "DELETE", path + "@1", null));
        }
        return roads;
    }

    private static List<Road> activationRoads() {
        var roads = new ArrayList<Road>();
        for (var ref : List.of("{name}", "{fn}", "{name}@1", "{fn}@1", "{fn}@2")) {
            var path = "/v1/functions/" + ref + "/activations";
            roads.add(new Road(404, "POST", path, Map.of("argument", "go")));
            roads.add(new Road(404, "POST", path, "go"));
            roads.add(new Road(404, "POST", path + "?wait=1", "go"));
            roads.add(new Road(404, "POST", path, "go", "Idempotency-Key", "k"));
        }
        for (var id : List.of("{finished}", "{running}")) {
            var path = "/v1/activations/" + id;
            for (var read : List.of(
                    "", "?wait=1", "/result", "/logs", "/logs?follow=true", "/events", "/explain", "/argument")) {
                roads.add(new Road(404, "GET", path + read, null));
                roads.add(new Road(404, "HEAD", path + read, null));
            }
            roads.add(new Road(404, "GET", path + "/events", null, "Last-Event-ID", "1"));
            roads.add(new Road(404, "DELETE", path, null));
            roads.add(new Road(404, "POST", path + "/replay", null));
        }
        return roads;
    }

    private static List<Road> listRoads() {
        return Stream.of("{name}", "{fn}", "{name}&status=succeeded", "{fn}&limit=1")
                .map(filter -> new Road(200, "GET", "/v1/activations?function=" + filter, null))
                .toList();
    }

    @Test
    void whenBobTriesEveryRoadThenHeGetsTheAnswerOfWhatNeverWas() throws Exception {
        var roads = new ArrayList<>(functionRoads());
        roads.addAll(activationRoads());
        roads.addAll(listRoads());

        for (var road : roads) {
            refusedLikeNothing(bob, road);
        }
        for (var road : functionRoads()) {
            refusedLikeNothing(bob.at(functionsAlone), road);
        }
        everythingOfAdasIsThere();
    }

    private void refusedLikeNothing(Client client, Road road) throws Exception {
        var nothing = things.neverExisted();
        var others = road.by(client, things);
        var nobodys = road.by(client, nothing);

        assertThat(others.status()).as(road + ": " + others.text()).isEqualTo(road.status);
        assertThat(things.out(others.withoutItsOwn()))
                .as(road.toString())
                .isEqualTo(nothing.out(nobodys.withoutItsOwn()));
    }

    private void everythingOfAdasIsThere() throws Exception {
        var function = ada.get("/v1/functions/secret").expect(200).json();
        assertThat(function.path("revision").asInt()).isEqualTo(2);
        assertThat(ada.result(things.finished)).asString().isEqualTo("out\n");
        assertThat(ada.get("/v1/activations?function=secret").json().path("items"))
                .hasSize(2);
    }

    @Test
    void whenBobListsThenHisListsAreEmpty() throws Exception {
        var carl = Client.register(bob.api());
        for (var list : List.of("/v1/functions", "/v1/activations")) {
            assertThat(carl.get(list).expect(200).text()).isEqualTo("{\"items\":[],\"next\":null}");
        }
    }

    @Test
    void whenBobGoesOnWithAdasCursorThenItIsNoCursor() throws Exception {
        for (var list : List.of("/v1/functions?limit=1", "/v1/activations?limit=1")) {
            var cursor = ada.get(list).expect(200).json().path("next").asText();
            ada.get(list + "&cursor=" + cursor).expect(200);

            var others = bob.get(list + "&cursor=" + cursor).expect(400);

            assertThat(others.withoutItsOwn())
                    .isEqualTo(bob.get(list + "&cursor=nonsense").withoutItsOwn());
        }
        var revisions = "/revisions?limit=1";
        var cursor =
                ada.get("/v1/functions/secret" + revisions).json().path("next").asText();
        var others = bob.get("/v1/functions/" + things.function + revisions + "&cursor=" + cursor);
        assertThat(others.code()).isIn("function_not_found", "invalid_request");
        assertThat(others.withoutItsOwn()).doesNotContain("403");
    }

    @Test
    void whenBobNamesAdasThingsInABodyThenOnlyHisOwnChange() throws Exception {
        var dora = Client.register(bob.api());
        var id = ada.get("/v1/functions/secret").json();
        var body = Map.of(
                "name",
                "secret",
                "image",
                "registry.example/doras:1",
                "id",
                things.function,
                "owner",
                id.path("owner"));

        var made = dora.post("/v1/functions", body).expect(201).json();
        var put = dora.send("PUT", "/v1/functions/secret", body).expect(200).json();

        assertThat(made.path("id").asText()).isNotEqualTo(things.function);
        assertThat(put.path("id")).isEqualTo(made.path("id"));
        assertThat(put.path("owner")).isEqualTo(made.path("owner")).isNotEqualTo(id.path("owner"));
        assertThat(ada.get("/v1/functions/secret").json()).isEqualTo(id);
        dora.delete("/v1/functions/secret").expect(204);
        assertThat(ada.get("/v1/functions/secret").json()).isEqualTo(id);
    }
}
