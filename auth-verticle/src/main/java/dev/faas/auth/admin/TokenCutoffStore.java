package dev.faas.auth.admin;

import static dev.faas.pg.Pg.utc;

import dev.faas.http.token.TokenCutoffs;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Ends all logins of users, and keeps from when on their tokens count until it is published. */
public final class TokenCutoffStore {
    /** How long a deletion is published again, for a registry that was away. */
    private static final Duration DELETIONS_KEPT = Duration.ofDays(30);

    private static final String COLUMNS = "id, tokens_from, state = 'deleted' as deleted";

    private final Pg pg;
    private final InstantSource clock;
    private final Duration revocation;

    /** @param revocation how long the revocation of a login is kept: above the lifetime of an access token */
    public TokenCutoffStore(Pg pg, InstantSource clock, Duration revocation) {
        this.pg = pg;
        this.clock = clock;
        this.revocation = revocation;
    }

    Future<TokenCutoff> endLogins(SqlConnection tx, String userId) {
        var ended = clock.instant();
        return tx.preparedQuery(
                        "update login set revoked_at = $2, revoked_until = $3 where user_id = $1 and revoked_at is null")
                .execute(Tuple.of(userId, utc(ended), utc(ended.plus(revocation))))
                .compose(updated -> tx.preparedQuery("""
                                update account set cut_announced = false,
                                tokens_from = greatest($2, tokens_from + interval '1 second')
                                where id = $1 returning\s""" + COLUMNS)
                        // Read after the logins' locks: a refresh before has issued its token before. Tokens count
                        // seconds.
                        .execute(Tuple.of(
                                userId,
                                utc(clock.instant()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .plusSeconds(1)))))
                .map(rows -> toCutoffs(rows).getFirst());
    }

    /** A trigger puts them into their outbox. */
    Future<Void> deleteKeys(SqlConnection tx, String userId) {
        return tx.preparedQuery("delete from api_key where user_id = $1")
                .execute(Tuple.of(userId))
                .mapEmpty();
    }

    /** The outbox: those that may be missing from the bucket REVOKED. */
    public Future<List<TokenCutoff>> findUnannounced() {
        return pg.withPool(pool -> pool.query("select " + COLUMNS + " from account where not cut_announced limit 1000")
                .execute()
                .map(TokenCutoffStore::toCutoffs));
    }

    /** Those that void tokens which have not expired, and deletions of the last 30 days. */
    public Future<List<TokenCutoff>> findInForce(Instant now) {
        return pg.withPool(pool -> pool.preparedQuery("select " + COLUMNS
                        + " from account where tokens_from > $1 or (state = 'deleted' and tokens_from > $2)")
                .execute(Tuple.of(utc(now.minus(TokenCutoffs.KEPT)), utc(now.minus(DELETIONS_KEPT))))
                .map(TokenCutoffStore::toCutoffs));
    }

    /** The bucket forgets after a day, and the registry may have been away as long. */
    public Future<Void> announceDeletionsAgain() {
        return pg.update(
                        "update account set cut_announced = false where state = 'deleted' and tokens_from > $1",
                        Tuple.of(utc(clock.instant().minus(DELETIONS_KEPT))))
                .mapEmpty();
    }

    public Future<Void> markAnnounced(TokenCutoff cutoff) {
        return pg.update(
                        "update account set cut_announced = true where id = $1 and tokens_from = $2",
                        Tuple.of(cutoff.userId(), utc(cutoff.tokensFrom())))
                .mapEmpty();
    }

    private static List<TokenCutoff> toCutoffs(RowSet<Row> rows) {
        return rows.stream()
                .map(row -> new TokenCutoff(
                        row.getString("id"),
                        row.getOffsetDateTime("tokens_from").toInstant(),
                        row.getBoolean("deleted")))
                .toList();
    }
}
