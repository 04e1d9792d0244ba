package dev.faas.auth.admission;

import dev.faas.http.client.ClientAddress;
import dev.faas.pg.Pg;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Slows down who guesses the password of one account: after five failures it is tried once in 1, 2, 4 … 60 s. An address that has
 * logged in to the account has a counter of its own, so that a guesser elsewhere never delays it. Names of no account count
 * alike. Counters are in Postgres (table {@code login_failure}), since replicas share them.
 */
public final class LoginFailureStore {
    /** A counter is forgotten so long after its last failure. */
    private static final Duration WINDOW = Duration.ofMinutes(15);

    /** What counts the failures of one attempt. */
    public record Attempt(Buffer counter, boolean fromKnownAddress) {}

    private final Pg pg;
    private final KnownAddressStore known;
    private final InstantSource clock;

    public LoginFailureStore(Pg pg, KnownAddressStore known, InstantSource clock) {
        this.pg = pg;
        this.known = known;
        this.clock = clock;
    }

    /** @param userId empty for a name of no account; fails with 429 {@code rate_limited} when it is too early */
    public Future<Attempt> begin(String username, Optional<String> userId, ClientAddress address) {
        var id = userId.orElse("none"); // which takes as long to look up
        return known.isKnownTo(id, address)
                .map(isKnown -> new Attempt(
                        isKnown ? counter("address", id + " " + address.prefix()) : counter("name", username), isKnown))
                .compose(attempt -> requireTurn(attempt).map(attempt));
    }

    /** A digest, since a user may have typed the password as the name. A name can have any character, a kind has no space. */
    private static Buffer counter(String kind, String key) {
        return Buffer.buffer(Sha256.digest(kind + " " + key));
    }

    private Future<Void> requireTurn(Attempt attempt) {
        return pg.withPool(pool -> pool.preparedQuery(
                        "select next_at from login_failure where key = $1 and expires_at > $2 and failures >= 5")
                .execute(Tuple.of(attempt.counter(), now()))
                .compose(rows -> {
                    if (rows.size() == 0) {
                        return Future.<Void>succeededFuture();
                    }
                    var nextAt = rows.iterator().next().getOffsetDateTime("next_at");
                    if (nextAt.isAfter(now())) {
                        return Future.failedFuture(tooEarly(nextAt).asException());
                    }
                    // Of several attempts at the same moment one is made.
                    return pool.preparedQuery("""
                                    update login_failure
                                    set next_at = $2 + least(60, power(2, least(failures - 5, 6))) * interval '1 second'
                                    where key = $1 and next_at <= $2""")
                            .execute(Tuple.of(attempt.counter(), now()))
                            .compose(claimed -> claimed.rowCount() == 1
                                    ? Future.<Void>succeededFuture()
                                    : Future.failedFuture(
                                            tooEarly(now().plusSeconds(1)).asException()));
                }));
    }

    /** Returns the number of failures in a row. */
    public Future<Integer> countFailure(Attempt attempt) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        insert into login_failure as f (key, failures, next_at, expires_at) values ($1, 1, $2, $3)
                        on conflict (key) do update set
                          failures = case when f.expires_at <= $2 then 1 else f.failures + 1 end,
                          next_at = case when f.expires_at <= $2 or f.failures < 4 then $2
                            else $2 + least(60, power(2, least(f.failures - 4, 6))) * interval '1 second' end,
                          expires_at = $3
                        returning failures""")
                .execute(Tuple.of(attempt.counter(), now(), now().plus(WINDOW)))
                .map(rows -> rows.iterator().next().getInteger(0)));
    }

    /**
     * A known address starts anew. The strangers' counter stays: otherwise each login of the user from a new address would give
     * guessers five attempts more.
     */
    public Future<Void> recordSuccess(Attempt attempt, String userId, ClientAddress address) {
        return known.remember(userId, address)
                .compose(remembered -> attempt.fromKnownAddress() ? forget(attempt) : Future.succeededFuture());
    }

    private Future<Void> forget(Attempt attempt) {
        return pg.update("delete from login_failure where key = $1", Tuple.of(attempt.counter()))
                .mapEmpty();
    }

    public Future<Void> prune() {
        return pg.update("delete from login_failure where expires_at <= $1", Tuple.of(now()))
                .mapEmpty();
    }

    private Problem tooEarly(OffsetDateTime nextAt) {
        var seconds = Math.max(1, Math.ceilDiv(Duration.between(now(), nextAt).toMillis(), 1000L));
        return Problem.rateLimited(
                "Too many wrong passwords for this account. Try again in " + seconds + " s.", Math.toIntExact(seconds));
    }

    private OffsetDateTime now() {
        return Pg.utc(clock.instant());
    }
}
