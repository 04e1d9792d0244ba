package dev.faas.auth;

import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.token.TokenVerifier;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Runs auth-service: accounts, passwords, tokens and signing keys. {@link #open} builds its parts. */
public final class AuthVerticle extends ServiceVerticle {
    private static final String SERVICE = "auth-service";
    private static final String API = "api";
    private static final Duration OUTBOX_PAUSE = Duration.ofSeconds(2);
    private static final Duration KEYS_PAUSE = Duration.ofSeconds(30);
    private static final Duration PRUNE_PAUSE = Duration.ofMinutes(5);

    private final AuthConfig config;

    public AuthVerticle(AuthConfig config) {
        super(SERVICE, config.nats().startTimeout());
        this.config = config;
    }

    /** Port of the API; only after the start. */
    public int port() {
        return port(API);
    }

    @Override
    protected HttpService open(Lifecycle.Steps on) throws Exception {
        var clock = InstantSource.system();
        var pg = on.open(
                "postgres", () -> Pg.open(vertx, config.pg()), it -> it.close().await());
        var nats = on.open("nats", () -> Nats.connect(config.nats(), SERVICE), Nats::close);
        Topology.await(nats, config.nats().startTimeout());
        var metrics = on.open("metrics", () -> new Metrics(SERVICE), Metrics::close);
        var passwords = on.open(
                "password workers", this::createPasswords, it -> it.close().await());

        var logins = new LoginStore(pg);
        var keys = new SigningKeys(new SigningKeyStore(pg), clock);
        var revoked = nats.kv(Subjects.REVOKED);
        var revocations = new Revocations(logins, revoked, context, clock);
        var verifier = new TokenVerifier(vertx);
        verifier.checkRevocationsWith(revocations::isRevoked);
        var publication = new KeyPublication(keys, verifier, nats.kv(Subjects.KEYS), revocations, context);

        on.open("bucket REVOKED", revocations::follow, Nats.Subscription::close);
        on.open("bucket KEYS", publication::follow, Nats.Subscription::close);
        on.await("revocations", revocations::whenLoaded, nothing -> Future.succeededFuture());
        on.await("signing keys", publication::refresh, nothing -> Future.succeededFuture());
        var tokens = new Tokens(vertx, keys, clock, config.lifetimes().access());
        var accounts = new Accounts(
                new AccountStore(pg),
                logins,
                passwords,
                tokens,
                revocations,
                clock,
                config.lifetimes().refresh());
        var routes = new AuthRoutes(accounts, keys, verifier);
        var health = new Health(SERVICE).addRequired("postgres", pg::ping).addRequired("nats", nats::isConnected);

        var http = on.await(
                "http",
                () -> HttpService.start(
                        vertx, config.http(), health, metrics, List.of(new Listener(API, config.port(), routes::add))),
                HttpService::close);
        on.repeat("announcing revocations", OUTBOX_PAUSE, () -> Blocking.await(revocations.announcePending()));
        on.repeatAfterPause("publishing signing keys", KEYS_PAUSE, () -> Blocking.await(publication.refresh()));
        on.repeat("pruning revocations", PRUNE_PAUSE, () -> Blocking.await(revocations.prune()));
        on.repeat("pruning logins", PRUNE_PAUSE, () -> Blocking.await(logins.prune(clock.instant())));
        return http;
    }

    private Passwords createPasswords() {
        return new Passwords(vertx, config.hashing().threads(), config.hashing().waiting());
    }
}
