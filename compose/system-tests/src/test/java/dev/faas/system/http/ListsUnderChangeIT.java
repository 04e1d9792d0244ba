package dev.faas.system.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests paging while the list changes: each entry that was there at the beginning is listed exactly once. */
@ExtendWith(WholeSystem.class)
class ListsUnderChangeIT {
    private interface Change {
        void afterPage(int number) throws Exception;
    }

    @Test
    void whenFunctionsComeAndGoWhilePagingThenEachOfTheFirstIsShownOnce(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        var first = new ArrayList<String>();
        for (int i = 0; i < 9; i++) {
            first.add(ada.function("m" + i, "registry.example/x:1"));
        }
        ada.function("m3-goes", "registry.example/x:1");

        var shown = pages(ada, "/v1/functions?limit=2", "id", number -> {
            // Inserts before and after the current page, and changes entries that were listed or will be.
            ada.function("a" + number, "registry.example/x:1");
            ada.function("m" + number + "-new", "registry.example/x:1");
            ada.function("z" + number, "registry.example/x:1");
            ada.send("PATCH", "/v1/functions/m8", Map.of("description", "change " + number))
                    .expect(200);
            if (number == 0) {
                ada.delete("/v1/functions/m3-goes").expect(204);
            }
        });

        assertThat(shown).doesNotHaveDuplicates().containsAll(first);
    }

    @Test
    void whenActivationsComeAndEndWhilePagingThenEachOfTheFirstIsShownOnce(WholeSystem.Running system)
            throws Exception {
        var ada = Client.register(system.api());
        ada.function("nap", system.images().script("sleep $1"));
        var first = new ArrayList<String>();
        for (int i = 0; i < 9; i++) {
            first.add(ada.submit("nap", i % 2 == 0 ? "0" : "1"));
        }
        for (var each : first) {
            ada.awaitListed(each);
        }
        assertThat(ada.get("/v1/activations?limit=100").json().path("items")).hasSize(9);

        var later = new ArrayList<String>();
        var shown = pages(ada, "/v1/activations?limit=2", "activationId", number -> {
            if (number < 5) {
                later.add(ada.submit("nap", "0"));
                ada.get("/v1/activations/" + first.get(number) + "?wait=30").expect(200);
            }
        });

        assertThat(shown).doesNotHaveDuplicates().containsAll(first);
        assertThat(shown.stream().filter(first::contains).toList()).isEqualTo(first.reversed());
        for (var each : later) {
            ada.get("/v1/activations/" + each + "?wait=30").expect(200);
        }
    }

    @Test
    void whenACursorIsUsedWithAnotherQuestionThenItIsRefused(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        ada.function("one", system.images().script("true"));
        ada.function("two", "registry.example/x:1");
        for (int i = 0; i < 2; i++) {
            ada.awaitListed(ada.run("one", ""));
        }
        var cursor = next(ada, "/v1/activations?function=one&limit=1");
        var functions = next(ada, "/v1/functions?limit=1");

        assertThat(ada.get("/v1/activations?function=one&limit=50&cursor=" + cursor)
                        .status())
                .isEqualTo(200);
        for (var wrong : List.of(
                "/v1/activations?cursor=" + cursor,
                "/v1/activations?function=two&cursor=" + cursor,
                "/v1/activations?function=one&status=succeeded&cursor=" + cursor,
                "/v1/activations?function=one&tag=a:b&cursor=" + cursor,
                "/v1/activations?function=one&since=2026-01-01T00:00:00Z&cursor=" + cursor,
                "/v1/activations?cursor=" + functions,
                "/v1/functions?cursor=" + cursor,
                "/v1/functions/one/revisions?cursor=" + functions,
                "/v1/functions?cursor=")) {
            var refused = ada.get(wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.json().path("errors").path(0).path("field").asText())
                    .as(wrong)
                    .isEqualTo("cursor");
        }
    }

    private static String next(Client client, String list) throws Exception {
        var next = client.get(list).expect(200).json().path("next");
        assertThat(next.isTextual()).isTrue();
        return next.asText();
    }

    private static List<String> pages(Client client, String list, String id, Change change) throws Exception {
        var shown = new ArrayList<String>();
        var cursor = "";
        for (int number = 0; number < 100; number++) {
            var page = client.get(list + cursor).expect(200).json();
            page.path("items").forEach(item -> shown.add(item.path(id).asText()));
            if (page.path("next").isNull()) {
                return shown;
            }
            cursor = "&cursor=" + page.path("next").asText();
            change.afterPage(number);
        }
        throw new AssertionError("no end of pages");
    }
}
