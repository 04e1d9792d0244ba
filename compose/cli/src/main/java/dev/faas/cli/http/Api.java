package dev.faas.cli.http;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Calls the API: adds the login, repeats what is safe to repeat, and turns every failure into a {@link Failure}. */
public final class Api {
    private static final int PAGE = 100;

    private static final String NO_KEY = "this API key is unknown, has expired or was deleted";
    private static final String NEW_KEY =
            "Make another one: faas login, then faas key create NAME. Use it: faas login --token-stdin, or FAAS_TOKEN.";

    private final Http http;
    private final Tokens tokens;
    private final RetryLimits limits;

    public Api(Http http, Tokens tokens, RetryLimits limits) {
        this.http = http;
        this.tokens = tokens;
        this.limits = limits;
    }

    public String address() {
        return http.base().toString();
    }

    /** The same, but gives up after {@code limit} without an answer. */
    public Api retryFor(Duration limit) {
        return new Api(http, tokens, new RetryLimits(limit, limits.outage()));
    }

    /** The same, but goes on without an answer for as long as a wait does. */
    public Api forWaiting() {
        return retryFor(limits.outage());
    }

    /** For a wait that outlives a platform that is away for a while.
     *
     * @param advice for the user when it gives up
     * @param trouble is told why there is no contact at the moment; an empty text: there is contact
     */
    public OutageWindow outageWindow(Supplier<String> advice, Consumer<String> trouble) {
        return new OutageWindow(this, limits.outage(), advice, trouble);
    }

    public Doc get(String path) {
        return document(Request.get(path));
    }

    /** @throws ApiFailure for every answer of 400 and above */
    public Doc document(Request request) {
        return call(request, Response::doc);
    }

    /** The same; a failure names the flags of the fields that the server refused.
     *
     * @param what the fields describe
     * @param flags by the names of the fields
     */
    public Doc document(Request request, String what, Map<String, String> flags) {
        try {
            return document(request);
        } catch (ApiFailure e) {
            throw e.fieldErrors().isEmpty()
                    ? e
                    : e.explained(
                            "invalid " + what,
                            e.fieldErrors().stream()
                                    .map(error ->
                                            flags.getOrDefault(error.field(), error.field()) + " " + error.message())
                                    .toList());
        }
    }

    /** Reads the answer with {@code reader}, and repeats the call when the body breaks off and a repeat is safe. */
    public <T> T call(Request request, Function<Response, T> reader) {
        return new Call<>(request, reader).answer();
    }

    /** One exchange without repeats; the caller closes the answer. For streams, which resume on their own.
     *
     * @throws IOException when there is no answer
     * @throws ApiFailure for every answer of 400 and above
     */
    public Response open(Request request) throws IOException {
        var token = tokens.current();
        var response = http.exchange(request, headers(token));
        if (response.status() == 401 && token.isPresent()) {
            var refusal = refusal(response);
            if (!isOfLogin(request, refusal)) {
                throw refusal;
            }
            var next = tokens.replace(token.get());
            if (next.isEmpty()) {
                throw Tokens.isKey(token.get()) ? refusal.explained(NO_KEY, List.of(NEW_KEY)) : refusal;
            }
            response = http.exchange(request, headers(next));
        }
        if (response.status() >= 300 && response.status() != 304) {
            throw refusal(response);
        }
        return response;
    }

    private static ApiFailure refusal(Response response) {
        try (response) {
            return new ApiFailure(
                    response.status(),
                    problemOf(response),
                    response.header("Retry-After"),
                    response.header("Location"));
        }
    }

    /** Whether another token may be accepted: a wrong password, or the refusal of a proxy, is no reason for a refresh. */
    private static boolean isOfLogin(Request request, ApiFailure refusal) {
        return (refusal.code().equals("token_expired") || refusal.code().equals("unauthenticated"))
                && !request.path().startsWith("/v1/auth/login");
    }

    /** Returns the items of all pages, up to {@code limit}: for lists that fit into memory.
     *
     * @param path with its query
     */
    public List<Doc> list(String path, int limit) {
        var items = new ArrayList<Doc>();
        eachPage(path, limit, items::addAll);
        return items;
    }

    /** Reads the items page by page, up to {@code limit}.
     *
     * @param path with its query
     * @param reader takes the items of a page, and returns whether it wants more
     */
    public void eachPage(String path, int limit, Predicate<List<Doc>> reader) {
        var items = items(path, limit);
        int left = limit;
        boolean wantsMore;
        do {
            var page = items.nextPage();
            wantsMore = reader.test(page.subList(0, Math.min(left, page.size())));
            left -= Math.min(left, page.size());
        } while (items.hasPages() && left > 0 && wantsMore);
    }

    /** Reads a page when an item of it is needed.
     *
     * @param path with its query
     * @param limit of the items that are needed
     */
    public Items items(String path, int limit) {
        return new Items(this, path, Math.min(PAGE, Math.max(1, limit)));
    }

    private Map<String, String> headers(Optional<String> token) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("User-Agent", "faas-cli");
        token.ifPresent(value -> headers.put("Authorization", "Bearer " + value));
        headers.forEach(Request::checkHeader);
        return headers;
    }

    private static Doc problemOf(Response response) {
        try {
            return Doc.parse(response.text());
        } catch (IOException | UncheckedIOException notOurs) {
            return Doc.empty();
        }
    }

    /** The text for a user whose call got no answer. */
    public Failure unreachable(IOException e) {
        return new Failure(
                Exit.UNAVAILABLE,
                "no answer from %s: %s".formatted(address(), reason(e)),
                List.of("Is the platform running there? Give another address: faas login URL; one of your own:"
                        + " ./faas up in a clone of the project."),
                e);
    }

    /** Whether there was no connection to send the request on. */
    public static boolean wasNeverSent(@Nullable Throwable e) {
        return e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof NoRouteToHostException;
    }

    private static String reason(IOException e) {
        return switch (e) {
            case OpenCall open -> reason(open.latest);
            case UnknownHostException unknown -> "no such host";
            case ConnectException refused -> "connection refused";
            case NoRouteToHostException noRoute -> "no route to this host";
            case SocketTimeoutException late -> "it is silent";
            case SSLException tls -> "TLS failed: " + e.getMessage();
            default -> "the connection broke (" + e.getMessage() + ")";
        };
    }

    /** The latest try got no answer, and an earlier one may have taken effect. */
    private static final class OpenCall extends IOException {
        private static final long serialVersionUID = 1;
        private final IOException latest;

        OpenCall(IOException latest) {
            super(latest);
            this.latest = latest;
        }
    }

    private final class Call<T> {
        private final Request request;
        private final Function<Response, T> reader;
        private final Retries retries = new Retries(limits.request());
        /** Whether an earlier try may have taken effect. */
        private boolean isOpen;

        Call(Request request, Function<Response, T> reader) {
            this.request = request;
            this.reader = reader;
        }

        T answer() {
            try {
                while (true) {
                    var result = attempt();
                    if (result.isPresent()) {
                        return result.get();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Failure(Exit.INTERRUPTED, "interrupted");
            }
        }

        /** Empty: try again. */
        private Optional<T> attempt() throws InterruptedException {
            try (var response = open(request)) {
                return Optional.of(reader.apply(response));
            } catch (ApiFailure e) {
                if (!mayRepeat(e) || !retries.pause(e.retryAfter())) {
                    throw isOpen ? e.afterRepeat() : e;
                }
                isOpen |= e.status() != 429;
                return Optional.empty();
            } catch (UncheckedIOException e) {
                return afterBreak(e.getCause());
            } catch (IOException e) {
                return afterBreak(e);
            }
        }

        private Optional<T> afterBreak(@Nullable IOException e) throws InterruptedException {
            var cause = e == null ? new IOException("unknown") : e;
            boolean mayRepeat = wasNeverSent(cause) || (request.isRepeatable() && !(cause instanceof SSLException));
            if (!mayRepeat || !retries.pause(Duration.ZERO)) {
                throw unreachable(isOpen ? new OpenCall(cause) : cause);
            }
            isOpen |= !wasNeverSent(cause);
            return Optional.empty();
        }

        private boolean mayRepeat(ApiFailure e) {
            return switch (e.status()) {
                case 429 -> // what is full without a time to come back stays full
                    !e.code().equals("quota_exceeded") || !e.retryAfter().isZero();
                case 503 -> !e.code().equals("outcome_unknown") || request.isRepeatable();
                case 502, 504 -> request.isRepeatable();
                default -> false;
            };
        }
    }
}
