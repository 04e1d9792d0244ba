package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Tokens;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Keeps the tokens of each context and refreshes them. A refresh token that is used twice ends its login, so only one client
 * refreshes at a time, and it reads the file again first.
 */
final class Logins {
    /** More than a login has. */
    private static final int MOST_BYTES = 16 * 1024;

    private static final Duration SPARE = Duration.ofSeconds(10);

    private final ConfigFolder folder;

    Logins(ConfigFolder folder) {
        this.folder = folder;
    }

    private static String file(Context context) {
        return "logins/" + context.name() + ".json";
    }

    Optional<Doc> find(Context context) {
        // A context that was given another address has no login any more.
        return folder.read(file(context))
                .filter(login -> login.text("url").equals(context.url().toString()));
    }

    /** @param tokens what the server answered to a login */
    void store(Context context, String username, Doc tokens) {
        folder.write(file(context), login(context, username, tokens));
    }

    /** Stores an access token or API key that has no refresh token. */
    void storeToken(Context context, String username, String token) {
        folder.write(
                file(context),
                Doc.empty()
                        .with("url", context.url().toString())
                        .with("username", username)
                        .with("accessToken", token));
    }

    void delete(Context context) {
        folder.delete(file(context));
    }

    private static Doc login(Context context, String username, Doc tokens) {
        return Doc.empty()
                .with("url", context.url().toString())
                .with("username", username)
                .with("accessToken", tokens.text("access_token"))
                .with(
                        "expiresAt",
                        Instant.now().plusSeconds(tokens.number("expires_in")).toString())
                .with("refreshToken", tokens.text("refresh_token"));
    }

    /** @param api without a login, for the refresh */
    Tokens tokens(Context context, Api api) {
        return new Tokens() {
            @Override
            public Optional<String> current() {
                return find(context)
                        .map(login -> hasExpired(login) ? refresh(login.text("accessToken")) : login)
                        .map(Logins::accessToken);
            }

            @Override
            public Optional<String> replace(String refused) {
                return find(context)
                        .filter(login -> login.find("refreshToken").isPresent())
                        .map(login -> accessToken(refresh(refused)));
            }

            private Doc refresh(String used) {
                return Uncut.call(() -> folder.locked(file(context), () -> {
                    var login = find(context).orElseThrow(() -> ended(context));
                    if (!login.text("accessToken").equals(used)) {
                        return login; // another client has refreshed it
                    }
                    var body = Doc.empty().with("refresh_token", login.text("refreshToken"));
                    try (var room = folder.reserve(file(context), MOST_BYTES)) {
                        var tokens = api.document(
                                Request.of("POST", "/v1/auth/refresh").json(body));
                        var next = login(context, login.text("username"), tokens);
                        room.write(next);
                        return next;
                    } catch (ApiFailure e) {
                        throw e.exit() == Exit.NOT_LOGGED_IN ? ended(context) : e;
                    }
                }));
            }
        };
    }

    static String accessToken(Doc login) {
        return Tokens.check("the token of the login file", login.text("accessToken"));
    }

    private static boolean hasExpired(Doc login) {
        try {
            return login.find("refreshToken").isPresent()
                    && login.time("expiresAt")
                            .map(end -> end.isBefore(Instant.now().plus(SPARE)))
                            .orElse(false);
        } catch (DateTimeException damaged) {
            return true;
        }
    }

    private static Failure ended(Context context) {
        return new Failure(
                Exit.NOT_LOGGED_IN, "your login to %s has ended".formatted(context.url()), "Log in again: faas login");
    }
}
