package dev.faas.cli.completion;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import dev.faas.cli.http.Request;
import dev.faas.cli.login.Access;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Names that only the platform or the client's files have. Whatever fails, there are none: a shell has no place for errors. */
final class Names {
    private static final String VARIABLE = "FAAS_COMPLETION_MS";
    private static final long DEFAULT_LIMIT_MS = 150;
    /** For what has no limit of its own: the platform's name may have to be looked up, and an answer may trickle. */
    private static final long SPARE_MS = 700;

    private static final int PAGE = 50;

    private final Access access;
    private final long limitMs;

    Names(Terminal terminal, Access access) {
        this.access = access;
        this.limitMs = terminal.variable(VARIABLE)
                .filter(text -> text.matches("[1-9][0-9]{0,4}"))
                .map(Long::parseLong)
                .orElse(DEFAULT_LIMIT_MS);
    }

    List<Candidate> contexts() {
        try {
            return access.contexts().all().stream()
                    .map(context -> new Candidate(context.name(), context.url().toString()))
                    .toList();
        } catch (Failure e) {
            return List.of();
        }
    }

    List<Candidate> functions() {
        return list("/v1/functions?limit=100", item -> new Candidate(item.text("name"), item.text("image")));
    }

    List<Candidate> activations() {
        return list(
                "/v1/activations?limit=" + PAGE,
                item -> new Candidate(
                        item.text("activationId"), item.doc("function").text("name") + " " + item.text("status")));
    }

    List<Candidate> keys() {
        return list("/v1/auth/keys?limit=100", item -> new Candidate(item.text("keyId"), item.text("name")));
    }

    List<Candidate> secrets() {
        return list(
                "/v1/secrets?limit=100",
                item -> new Candidate(item.text("name"), String.join(",", item.texts("usedBy"))));
    }

    List<Candidate> schedules() {
        return list("/v1/schedules?limit=100", item -> new Candidate(item.text("name"), item.text("function")));
    }

    List<Candidate> hooks() {
        return list("/v1/hooks?limit=100", item -> new Candidate(item.text("name"), item.text("function")));
    }

    List<Candidate> sources() {
        return list("/v1/sources?limit=100", item -> new Candidate(item.text("name"), item.text("subject")));
    }

    List<Candidate> destinations() {
        return list(
                "/v1/destinations?limit=100",
                item -> new Candidate(
                        item.text("name"),
                        item.find("url").or(() -> item.find("subject")).orElseGet(() -> item.text("function"))));
    }

    List<Candidate> deliveries() {
        return list(
                "/v1/deliveries?limit=" + PAGE,
                item -> new Candidate(item.text("deliveryId"), item.text("type") + " " + item.text("state")));
    }

    List<Candidate> batches() {
        return list(
                "/v1/batches?limit=" + PAGE,
                item -> new Candidate(
                        item.text("batchId"), item.doc("function").text("name") + " " + item.text("state")));
    }

    List<Candidate> jobs() {
        return list(
                "/v1/jobs?limit=" + PAGE,
                item -> new Candidate(item.text("jobId"), item.text("action") + " " + item.text("state")));
    }

    List<Candidate> sessions() {
        return list("/v1/auth/sessions?limit=100", item -> new Candidate(item.text("sid"), item.text("client")));
    }

    List<Candidate> users() {
        return list("/v1/admin/users?limit=100", item -> new Candidate(item.text("username"), item.text("state")));
    }

    List<Candidate> invitations() {
        return list("/v1/admin/invitations?limit=100", item -> new Candidate(item.text("id"), item.text("username")));
    }

    private List<Candidate> list(String path, Function<Doc, Candidate> toCandidate) {
        try {
            return CompletableFuture.supplyAsync(() -> access.withoutRefresh()
                            .map(api -> api
                                    .retryFor(Duration.ZERO)
                                    .document(Request.get(path).readLimit(Duration.ofMillis(limitMs)))
                                    .docs("items")
                                    .stream()
                                    .map(toCandidate)
                                    .toList())
                            .orElse(List.of()))
                    .get(2 * limitMs + SPARE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
