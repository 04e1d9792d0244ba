package dev.faas.registry.secret;

import dev.faas.audit.Origin;
import dev.faas.quota.FairShare;
import dev.faas.registry.secret.Secret.Version;
import dev.faas.registry.secret.SecretStore.Usage;
import dev.faas.seal.SealingKey;
import dev.faas.seal.SecretId;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores secrets of functions, sealed, and says which there are. A value is never read again here. */
public final class Secrets {
    private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);
    private static final int MAX_SECRETS = 100;
    private static final int QUOTA_RETRY_SECONDS = 60;

    private final SecretStore store;
    private final SecretBucket bucket;
    private final Optional<SealingKey> key;
    private final BooleanSupplier isConnected;
    private final InstantSource clock;

    /**
     * @param key empty: nothing can be stored
     * @param isConnected to NATS
     */
    public Secrets(
            SecretStore store,
            SecretBucket bucket,
            Optional<SealingKey> key,
            BooleanSupplier isConnected,
            InstantSource clock) {
        this.store = store;
        this.bucket = bucket;
        this.key = key;
        this.isConnected = isConnected;
        this.clock = clock;
    }

    /**
     * Stores the next version. Fails with 429 {@code quota_exceeded}.
     *
     * @param check gets what is there; empty when the secret is new
     */
    Future<Version> put(String owner, String name, byte[] value, Origin origin, Consumer<Optional<Secret>> check) {
        var sealing = key.orElseThrow(() -> Problem.forbidden(
                        "This platform stores no secrets: its operator has to give"
                                + " the registry and the spawners a key pair (FAAS_SEAL_PUBLIC_FILE, FAAS_SEAL_PRIVATE_FILE).")
                .asException());
        requireNats();
        return FairShare.of(Subjects.SECRETS, bucket.state(), store::countOwners)
                .compose(share -> store.add(
                        owner,
                        name,
                        (found, usage) -> {
                            check.accept(found);
                            requireRoom(found.isEmpty(), usage, share, value.length);
                        },
                        number -> new SecretStore.Sealed(
                                new Version(number, clock.instant().truncatedTo(ChronoUnit.MILLIS), origin.actor()),
                                sealing.id(),
                                sealing.seal(new SecretId(owner, name, number), value)),
                        origin))
                .compose(version -> {
                    LOG.info("secret stored name={} version={} owner={}", name, version.version(), owner);
                    return publish(owner, name).map(version);
                });
    }

    private static void requireRoom(boolean isNew, Usage usage, FairShare share, int bytes) {
        if (isNew && usage.secrets() >= MAX_SECRETS) {
            throw Problem.tooMany(MAX_SECRETS, "secrets").asException();
        }
        if (!share.allows(usage.bytes() + SecretStore.encodedLength(bytes))) {
            throw quotaExceeded("The platform has little room for secrets, and yours take more than a fair share of it."
                    + " Delete one that you do not need any more, then try again.");
        }
    }

    private static RuntimeException quotaExceeded(String detail) {
        return Problem.quotaExceeded(detail, QUOTA_RETRY_SECONDS).asException();
    }

    Future<Secret> get(String owner, String name) {
        return store.find(owner, name).map(found -> found.orElseThrow(() -> notFound(name)));
    }

    Future<List<Secret>> list(String owner, String after, int limit) {
        return store.list(owner, after, limit);
    }

    /** Fails with 404 {@code secret_not_found}, or 409 {@code secret_in_use}. */
    Future<Void> delete(String owner, String name, Origin origin, Consumer<Secret> check) {
        requireNats();
        return store.delete(
                        owner,
                        name,
                        secret -> {
                            check.accept(secret);
                            if (!secret.usedBy().isEmpty()) {
                                throw inUse(secret).asException();
                            }
                        },
                        origin)
                .compose(deleted -> {
                    if (!deleted) {
                        throw notFound(name);
                    }
                    LOG.info("secret deleted name={} owner={}", name, owner);
                    return publish(owner, name);
                });
    }

    private void requireNats() {
        if (!isConnected.getAsBoolean()) {
            throw Problem.unavailable("nats").asException();
        }
    }

    private Future<Void> publish(String owner, String name) {
        return bucket.write(owner, name).recover(failure -> {
            LOG.warn("secret not published yet name={} owner={} cause={}", name, owner, failure.getMessage());
            return Future.failedFuture(storedButNotPublished().asException());
        });
    }

    static RuntimeException notFound(String name) {
        return Problem.of(404, "secret_not_found", "Secret not found", "You have no secret '" + name + "'.")
                .asException();
    }

    private static Problem inUse(Secret secret) {
        return Problem.of(
                409,
                "secret_in_use",
                "Secret in use",
                "These functions name the secret '" + secret.name() + "': " + String.join(", ", secret.usedBy())
                        + ". Change or delete them first.");
    }

    private static Problem storedButNotPublished() {
        return Problem.notPublished(
                "The change is stored and will take effect, but the platform could not publish it yet.");
    }
}
