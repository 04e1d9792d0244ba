package dev.faas.auth;

import dev.faas.audit.AdminGuard;
import dev.faas.audit.AuditRoutes;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origins;
import dev.faas.audit.RefusedAttempts;
import dev.faas.auth.admin.InvitationRoutes;
import dev.faas.auth.admin.InvitationStore;
import dev.faas.auth.admin.RegistrationStore;
import dev.faas.auth.admin.ResetCodeStore;
import dev.faas.auth.admin.SettingRoutes;
import dev.faas.auth.admin.SettingStore;
import dev.faas.auth.admin.TokenCutoff;
import dev.faas.auth.admin.TokenCutoffStore;
import dev.faas.auth.admin.UserRoutes;
import dev.faas.auth.admin.UserStore;
import dev.faas.auth.admission.AddressRate;
import dev.faas.auth.admission.HashQueue;
import dev.faas.auth.admission.KnownAddressStore;
import dev.faas.auth.admission.LoginFailureStore;
import dev.faas.auth.key.ApiKeyRoutes;
import dev.faas.auth.key.ApiKeys;
import dev.faas.auth.signing.SigningKeyStore;
import dev.faas.auth.signing.SigningKeys;
import dev.faas.http.Health;
import dev.faas.http.HttpService;
import dev.faas.http.Listener;
import dev.faas.http.Metrics;
import dev.faas.http.ServiceVerticle;
import dev.faas.http.client.ClientAddresses;
import dev.faas.http.tls.InnerTls;
import dev.faas.http.token.ApiKeyRing;
import dev.faas.http.token.StaleAccess;
import dev.faas.http.token.TokenVerifier;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.pg.Pg;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs auth-service: accounts, passwords, tokens and signing keys. {@link #open} builds its parts. */
public final class AuthVerticle extends ServiceVerticle {
    private static final String SERVICE = "auth-service";
    private static final String API = "api";
    private static final Duration OUTBOX_PAUSE = Duration.ofSeconds(2);
    private static final Duration KEYS_PAUSE = Duration.ofSeconds(30);
    private static final Duration PRUNE_PAUSE = Duration.ofMinutes(5);
    private static final Duration REFUSED_PAUSE = Duration.ofMinutes(1);
    private static final Duration AUDIT_PAUSE = Duration.ofHours(6);
    /** Below what the bucket REVOKED keeps: a day. */
    private static final Duration DELETIONS_PAUSE = Duration.ofHours(6);

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
        metrics.watchConnections(pg::connections, config.pg().poolSize());
        var addresses = new ClientAddresses(config.addresses().gateways());
        var known = new KnownAddressStore(pg, clock);
        var guesses = new LoginFailureStore(pg, known, clock);
        var hashQueue = on.open(
                "password workers",
                () -> new HashQueue(vertx, config.hashing(), known),
                it -> it.close().await());

        var audit = new AuditStore(pg, "auth", config.auditLog());
        on.await("audit log", audit::protect, nothing -> Future.succeededFuture());
        var origins = new Origins(addresses);
        var refused = new RefusedAttempts(audit);
        var cutoffs = new TokenCutoffStore(
                pg, clock, Tokens.revocationKept(config.lifetimes().access()));
        var codes = new ResetCodeStore(pg, audit, clock, cutoffs);
        var users = new UserStore(pg, audit, clock, cutoffs);
        var invitations = new InvitationStore(pg, audit);
        var settings = new SettingStore(pg, config.registration(), audit);
        var logins = new LoginStore(pg, audit, config.lifetimes().login());
        config.keks()
                .warnIfMissing(
                        "signing keys are stored unencrypted: anyone who can read the database can forge tokens");
        var keyStore = new SigningKeyStore(pg, config.keks());
        on.await("encryption of signing keys", keyStore::rewrap, nothing -> Future.succeededFuture());
        on.await("registration", settings::warnIfOpen, nothing -> Future.succeededFuture());
        var browsers = new BrowserSecret(
                on.await("secret of browsers' logins", settings::browserSecret, nothing -> Future.succeededFuture()));
        var keys = new SigningKeys(keyStore, clock);
        var revoked = nats.kv(Subjects.REVOKED);
        var revocations = new Revocations(logins, cutoffs, revoked, context, clock);
        var verifier = new TokenVerifier(vertx);
        verifier.checkRevocationsWith(revocations::isRevoked);
        verifier.checkIssueTimesWith(revocations::isIssuedTooEarly);
        var apiKeys =
                new ApiKeys(pg, audit, nats.kv(Subjects.APIKEYS), config.trust().signer(), context, clock);
        var publication = new KeyPublication(
                keys,
                verifier,
                nats.kv(Subjects.KEYS),
                config.trust().signer(),
                () -> revocations.restore().compose(restored -> apiKeys.restore()),
                context);

        var revokedWatch = on.open("bucket REVOKED", revocations::follow, Nats.Subscription::close);
        on.open("bucket KEYS", publication::follow, Nats.Subscription::close);
        var apiKeyRing = on.open(
                "bucket APIKEYS",
                () -> ApiKeyRing.open(
                        nats,
                        verifier,
                        config.trust().root(),
                        () -> {},
                        config.nats().startTimeout()),
                ApiKeyRing::close);
        var stale = StaleAccess.watch(
                on, () -> revokedWatch.isFollowing() && apiKeyRing.isFollowing(), config.accessStale(), () -> {});
        on.open("uses of API keys", () -> apiKeys.followUses(nats), Nats.Subscription::close);
        on.await("revocations", revocations::whenLoaded, nothing -> Future.succeededFuture());
        on.await("signing keys", publication::refresh, nothing -> Future.succeededFuture());
        var tokens = new Tokens(vertx, keys, clock, config.lifetimes().access());
        var accountStore = new AccountStore(pg);
        var passwords = new PasswordCheck(accountStore, new Passwords(), hashQueue, guesses, refused);
        var sessionStore = new SessionStore(pg, audit, config.lifetimes().login());
        Function<TokenCutoff, Future<Void>> announce =
                cutoff -> Future.join(revocations.announce(cutoff), apiKeys.tryPublishPending())
                        .mapEmpty();
        var sessions = new Sessions(sessionStore, users, codes, passwords, revocations, announce, tokens, clock);
        var accounts = new Accounts(
                accountStore,
                new RegistrationStore(pg, settings, invitations, audit),
                logins,
                passwords,
                tokens,
                revocations,
                clock,
                config.lifetimes().refresh(),
                browsers);
        var rate = new AddressRate(config.addresses().rate(), addresses, clock);
        // One address may be that of many users, whose clients refresh by themselves.
        var refreshRate = new AddressRate(10 * config.addresses().rate(), addresses, clock);
        var admins = new AdminGuard(verifier, users::isAdmin, refused, origins);
        Consumer<Router> api = router -> {
            // Postgres alone decides about the others: logins, refreshes, logouts.
            router.route().handler(ctx -> {
                if (ctx.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
                    stale.handle(ctx);
                } else {
                    ctx.next();
                }
            });
            new AuthRoutes(accounts, keys, verifier, origins, rate, refreshRate, refused)
                    .add(router, new BrowserRoutes(accounts, verifier, origins, config.cookies(), browsers.platform()));
            new SessionRoutes(sessions, verifier, origins).add(router, rate);
            new ApiKeyRoutes(apiKeys, verifier, origins, config.maxKeyDays()).add(router);
            new UserRoutes(users, origins, announce).add(router, admins);
            new InvitationRoutes(invitations, origins, clock).add(router, admins);
            new SettingRoutes(settings, origins).add(router, refreshRate, admins);
            new AuditRoutes(audit).add(router, admins);
        };
        var health = new Health(SERVICE)
                .addRequired("postgres", pg::ping)
                .addRequired("nats", nats::isConnected)
                .addRequired("logins", () -> !stale.isStale());

        on.onStop("counts of refused attempts", () -> Blocking.await(refused.flush()));
        var certificate = InnerTls.server(config.innerTls(), vertx, on, health);
        var http = on.await(
                "http",
                () -> HttpService.start(
                        vertx,
                        config.http(),
                        health,
                        metrics,
                        List.of(new Listener(API, config.port(), api)),
                        certificate),
                HttpService::close);
        on.repeat(
                "announcing deletions again", DELETIONS_PAUSE, () -> Blocking.await(cutoffs.announceDeletionsAgain()));
        on.repeat("announcing revocations", OUTBOX_PAUSE, () -> Blocking.await(revocations.announcePending()));
        on.repeatAfterPause("publishing signing keys", KEYS_PAUSE, () -> Blocking.await(publication.refresh()));
        var suspensions = on.open(
                "bucket SUSPENDED", () -> new Suspensions(users, nats.kv(Subjects.SUSPENDED)), Suspensions::close);
        on.repeat("publishing disabled accounts", OUTBOX_PAUSE, suspensions::publish);
        on.repeat("publishing API keys", OUTBOX_PAUSE, () -> Blocking.await(apiKeys.publishPending()));
        on.repeat("deleting expired API keys", PRUNE_PAUSE, () -> Blocking.await(apiKeys.deleteExpired()));
        on.repeat("ending logins that are over", OUTBOX_PAUSE, () -> Blocking.await(sessions.endOver()));
        on.repeat(
                "setting the ends of earlier logins", PRUNE_PAUSE, () -> Blocking.await(sessionStore.setMissingEnds()));
        on.repeat("pruning revocations", PRUNE_PAUSE, () -> Blocking.await(revocations.prune()));
        on.repeat("writing counts of refused attempts", REFUSED_PAUSE, () -> Blocking.await(refused.flush()));
        on.repeat("pruning invitations", PRUNE_PAUSE, () -> Blocking.await(invitations.prune()));
        on.repeat("pruning reset codes", PRUNE_PAUSE, () -> Blocking.await(codes.prune()));
        on.repeat("pruning the audit log", AUDIT_PAUSE, audit::prune);
        on.repeat("pruning failed logins", PRUNE_PAUSE, () -> Blocking.await(guesses.prune()));
        on.repeat("pruning known addresses", PRUNE_PAUSE, () -> Blocking.await(known.prune()));
        on.repeat("pruning logins", PRUNE_PAUSE, () -> Blocking.await(logins.prune(clock.instant())));
        return http;
    }
}
