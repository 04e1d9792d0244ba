package dev.faas.nats;

import dev.faas.lifecycle.DependencyMissing;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamStatusException;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Options;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Connects one service to NATS. Thread-safe. Every future completes on a thread of the client library, within the request
 * timeout. A write that times out has an unknown outcome.
 *
 * <p>Nothing is buffered while disconnected: a publish that failed must not be sent later. {@link ConnectionWatch} finds
 * connections that are CONNECTED but dead, and replaces them.
 */
public final class Nats implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(250);
    /** Twice what NATS takes from a client: it adds to what it passes on. With a longer line the client library reconnects. */
    private static final int LONGEST_LINE = 8 * 1024;

    /** The first handshake of a JVM takes a second of processor time. */
    private static final Duration TLS_LIMIT = Duration.ofSeconds(5);
    /** The client library has no exceptions of their own for these. */
    private static final String SPEAKS_NO_TLS = "SSL connection wanted by client.";

    private static final String NEEDS_TLS = "SSL required by server.";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final NatsConfig config;
    private final Connection connection;
    private final ConnectionWatch watch;
    private final Dispatcher plain;

    private Nats(NatsConfig config, Connection connection, ConnectionWatch watch) {
        this.config = config;
        this.connection = connection;
        this.watch = watch;
        this.plain = connection.createDispatcher();
        watch.start(connection);
    }

    /** Waits for a server up to the start timeout. Blocks. */
    public static Nats connect(NatsConfig config, String name) throws DependencyMissing, InterruptedException {
        var watch = new ConnectionWatch();
        var errors = new ErrorLog();
        var options = new Options.Builder()
                .servers(config.url().split(","))
                .connectionName(name)
                .connectionTimeout(Duration.ofSeconds(2))
                .inboxPrefix(config.inboxPrefix())
                .dataPortType(GuardedDataPort.class.getName())
                .maxControlLine(LONGEST_LINE)
                .reconnectBufferSize(0)
                .maxReconnects(-1)
                .reconnectWait(RETRY)
                .pingInterval(Duration.ofSeconds(2))
                .requestCleanupInterval(RETRY)
                .useTimeoutException()
                .reportNoResponders()
                .connectionListener(watch)
                .errorListener(errors);
        if (config.user() != null && config.password() != null) {
            options.userInfo(config.user(), config.password().value());
        }
        var ca = config.ca();
        if (ca != null) {
            options.sslContext(ca.sslContext())
                    .connectionTimeout(TLS_LIMIT)
                    // A certificate has names. The other modes connect to an address instead, or to a name that nobody
                    // looks up;
                    // and servers tell of each other by addresses.
                    .hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs)
                    .ignoreDiscoveredServers();
        }
        return DependencyMissing.retryWithin(
                config.startTimeout(),
                "NATS",
                config.address(),
                "FAAS_NATS_URL",
                () -> open(config, options.build(), watch, errors));
    }

    private static Nats open(NatsConfig config, Options options, ConnectionWatch watch, ErrorLog errors)
            throws IOException, InterruptedException, DependencyMissing {
        try {
            return new Nats(config, io.nats.client.Nats.connect(options), watch);
        } catch (AuthenticationException e) {
            throw new DependencyMissing(
                    "NATS at " + config.address() + " rejected user and password. Check FAAS_NATS_USER and"
                            + " FAAS_NATS_PASSWORD.",
                    e);
        } catch (IOException e) {
            var cause = errors.last();
            var refusal = cause == null ? Optional.<String>empty() : tlsRefusal(config, cause);
            if (refusal.isPresent()) {
                throw new DependencyMissing(refusal.get(), e);
            }
            throw e;
        }
    }

    /** Why waiting for TLS does not help. */
    private static Optional<String> tlsRefusal(NatsConfig config, Exception failure) {
        var server = "NATS at " + config.address();
        var ca = config.ca();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (ca == null && NEEDS_TLS.equals(cause.getMessage())) {
                return Optional.of(server + " accepts only TLS: set FAAS_NATS_CA_FILE to the CA of its certificate.");
            }
            if (ca != null && SPEAKS_NO_TLS.equals(cause.getMessage())) {
                return Optional.of(ca.plainServer(server));
            }
            if (ca != null && cause instanceof CertificateException) {
                return Optional.of(ca.refused(server, "FAAS_NATS_URL", String.valueOf(cause.getMessage())));
            }
        }
        return Optional.empty();
    }

    public Stream stream(String name) {
        return new Stream(this, name);
    }

    public Kv kv(String bucket) {
        return new Kv(this, bucket);
    }

    public ObjectBucket objectBucket(String bucket) {
        return new ObjectBucket(this, bucket);
    }

    /** Opens the inbox with which this service pulls from a work queue. */
    public PullInbox openPullInbox(String stream, Consumer<Delivery> unexpected) {
        return new PullInbox(connection, createInbox(), stream, unexpected, this::requestWrite);
    }

    /** For one thread that may block. */
    public DurableReader openReader(String stream, String durable) {
        return new DurableReader(this, connection, stream, durable);
    }

    /** Passes on messages of a plain subject, in order, on one thread of the client library, which the handler must not block. */
    public Subscription subscribe(String subject, Consumer<LiveMessage> handler) {
        return toSubscription(plain.subscribe(subject, toHandler(handler)));
    }

    /** Like {@link #subscribe(String, Consumer)}, but each message reaches only one member of the group. */
    public Subscription subscribe(String subject, String group, Consumer<LiveMessage> handler) {
        return toSubscription(plain.subscribe(subject, group, toHandler(handler)));
    }

    private static MessageHandler toHandler(Consumer<LiveMessage> handler) {
        return message -> handler.accept(JetStreamReplies.readRepublished(message));
    }

    /** Answers each {@link #ask question} on a plain subject, on one thread of the client library, which must not be blocked. */
    public Subscription answer(String subject, UnaryOperator<byte[]> answer) {
        return toSubscription(
                plain.subscribe(subject, message -> publish(message.getReplyTo(), answer.apply(message.getData()))));
    }

    /** Like {@link #answer(String, UnaryOperator)}, but one member of the group answers, later. After a failure there is no answer. */
    public Subscription answer(String subject, String group, Function<byte[], CompletionStage<byte[]>> answer) {
        return toSubscription(plain.subscribe(subject, group, message -> {
            var unused = answer.apply(message.getData()).whenComplete((bytes, failure) -> {
                if (failure == null && message.getReplyTo() != null && isConnected()) {
                    publish(message.getReplyTo(), bytes);
                }
            });
        }));
    }

    private Subscription toSubscription(io.nats.client.Subscription subscription) {
        var open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false) && plain.isActive()) {
                plain.unsubscribe(subscription);
            }
        };
    }

    /** Completes when the server has processed everything sent before, including subscriptions. */
    public CompletableFuture<Void> flush() {
        // The server itself answers a request without a responder, in order: a round trip without a blocked thread.
        return connection
                .requestWithTimeout("$JS.API.INFO", null, config.requestTimeout())
                .handle((answer, failure) -> {
                    if (failure != null && !(BusException.unwrap(failure) instanceof JetStreamStatusException)) {
                        throw new BusException.BusUnavailable("no round trip", BusException.unwrap(failure));
                    }
                    return null;
                });
    }

    /**
     * Asks the process that {@linkplain #answer answers} this subject; fails with {@link BusException.BusUnavailable} without an answer.
     * Other services may see the question, and from the inbox of one request the client library's others can be computed, so each
     * question has an inbox of its own.
     */
    public CompletableFuture<byte[]> ask(String subject, byte[] question) {
        var answer = new CompletableFuture<Message>();
        try {
            var inbox = createInbox();
            var subscription = toSubscription(plain.subscribe(inbox, answer::complete));
            var unused = answer.whenComplete((message, failure) -> subscription.close());
            connection.publish(subject, inbox, question);
        } catch (IllegalStateException e) {
            answer.completeExceptionally(e);
        }
        return answer.orTimeout(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((message, failure) -> {
                    // A status: nobody answers.
                    if (message == null || message.isStatusMessage()) {
                        throw new BusException.BusUnavailable("no answer to " + subject, failure);
                    }
                    return message.getData();
                });
    }

    /** Sends a plain message without a confirmation. Fails when there is no connection. */
    public void publish(String subject, byte[] body) {
        try {
            connection.publish(subject, body);
        } catch (IllegalStateException e) {
            throw new BusException.BusUnavailable("not connected", e);
        }
    }

    public boolean isConnected() {
        return watch.isConnected();
    }

    /** How long the connection has existed without a break; zero while disconnected. */
    public Duration connectedFor() {
        return watch.connectedFor();
    }

    /** Called after each reconnect, on a thread of the client library. */
    public void onReconnect(Runnable listener) {
        watch.onReconnect(listener);
    }

    void removeReconnectListener(Runnable listener) {
        watch.removeReconnectListener(listener);
    }

    /** For a request that changes nothing: without an answer it fails with {@link BusException.BusUnavailable}. */
    CompletableFuture<Message> requestRead(String subject, byte[] body) {
        return requestWrite(subject, Map.of(), body).exceptionallyCompose(failure -> {
            var cause = BusException.unwrap(failure);
            return CompletableFuture.failedFuture(
                    cause instanceof BusException.OutcomeUnknown
                            ? new BusException.BusUnavailable("no answer to " + subject, cause)
                            : cause);
        });
    }

    /** For a request that may change something: without an answer it fails with {@link BusException.OutcomeUnknown}. */
    CompletableFuture<Message> requestWrite(String subject, Map<String, String> headers, byte[] body) {
        CompletableFuture<Message> answer;
        try {
            answer = connection.requestWithTimeout(
                    subject,
                    headers.isEmpty() ? null : JetStreamReplies.headers(headers),
                    body,
                    config.requestTimeout());
        } catch (IllegalStateException e) {
            return CompletableFuture.failedFuture(new BusException.BusUnavailable("not connected", e));
        } catch (IllegalArgumentException e) { // larger than the server accepts
            return CompletableFuture.failedFuture(e);
        }
        return answer.exceptionallyCompose(failure -> {
            var cause = BusException.unwrap(failure);
            return CompletableFuture.failedFuture(
                    cause instanceof JetStreamStatusException
                            ? new BusException.BusUnavailable("no responder for " + subject, cause)
                            : new BusException.OutcomeUnknown(subject, cause));
        });
    }

    /** Those of the client library can be computed from one another. Who knows an inbox can have NATS send there. */
    String createInbox() {
        var random = new byte[16];
        RANDOM.nextBytes(random);
        return config.inboxPrefix() + HexFormat.of().formatHex(random);
    }

    Connection connection() {
        return connection;
    }

    Duration requestTimeout() {
        return config.requestTimeout();
    }

    @Override
    public void close() {
        watch.close();
        if (connection.getStatus() != Connection.Status.CLOSED) {
            connection.closeDispatcher(plain);
        }
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A plain subscription; may be closed twice. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
