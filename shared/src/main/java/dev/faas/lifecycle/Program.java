package dev.faas.lifecycle;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.config.Setting;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Runs a service once, from its arguments to its exit code. The signal ends it; a signal that fails is the exit's failure. */
final class Program<C> {
    private static final int OK = 0;
    private static final int START_FAILED = 1;
    private static final int MISCONFIGURED = 2;

    /** Above every drain; an orchestrator kills the process much earlier. */
    private static final Duration STOP_LIMIT = Duration.ofMinutes(10);

    private final String service;
    private final Function<Env, C> config;
    private final Function<C, ? extends Deployable> verticle;
    private final CompletableFuture<Void> signal;
    private final PrintStream out;
    private final PrintStream err;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();

    Program(
            String service,
            Function<Env, C> config,
            Function<C, ? extends Deployable> verticle,
            CompletableFuture<Void> signal,
            PrintStream out,
            PrintStream err) {
        this.service = service;
        this.config = config;
        this.verticle = verticle;
        this.signal = signal;
        this.out = out;
        this.err = err;
    }

    /** Blocks until the service has ended. */
    int run(String[] args, Map<String, String> environment) {
        var code = START_FAILED;
        try {
            code = runToExitCode(args, environment);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(code);
        }
        return code;
    }

    /** Waits for the end of {@link #run}. */
    int exitCode() {
        return ended.completeOnTimeout(START_FAILED, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private int runToExitCode(String[] args, Map<String, String> environment) throws InterruptedException {
        if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
            help();
            return OK;
        }
        if (args.length > 0) {
            err.println(service + " takes no arguments. It is configured by environment variables; --help lists them.");
            return MISCONFIGURED;
        }
        C settings;
        try {
            settings = read(Env.of(environment));
        } catch (ConfigException e) {
            err.println(service + " is not configured:");
            e.problems().forEach(problem -> err.println("  " + problem));
            err.println("--help lists every setting.");
            return MISCONFIGURED;
        }
        return serve(settings);
    }

    private C read(Env env) {
        env.text("FAAS_LOG_LEVEL", "INFO", "lowest level to log: ERROR, WARN, INFO, DEBUG or TRACE");
        env.choice("FAAS_LOG_FORMAT", List.of(LogFormat.values()), LogFormat.TEXT, "form of log lines: text or json");
        C settings;
        try {
            settings = config.apply(env);
        } catch (IllegalArgumentException e) {
            // The record rejects a value that the environment did not give. The environment's own list of problems is
            // clearer.
            env.check();
            throw e instanceof ConfigException known
                    ? known
                    : new ConfigException(List.of(String.valueOf(e.getMessage())));
        }
        env.check();
        return settings;
    }

    private void help() {
        var env = Env.of(Map.of());
        try {
            read(env);
        } catch (ConfigException incomplete) {
            // Nothing is set here; the settings have been declared nevertheless.
        }
        out.println(service + " is configured by these environment variables:");
        out.println();
        for (Setting setting : env.settings()) {
            out.println("  " + setting.name());
            out.println("      " + setting.doc()
                    + (setting.fallback().isEmpty() ? "" : " (default: " + setting.fallback() + ")"));
        }
    }

    private int serve(C settings) throws InterruptedException {
        var vertx = Vertx.vertx(new VertxOptions()
                .setAddressResolverOptions(
                        new AddressResolverOptions().setCacheMaxTimeToLive(2).setQueryTimeout(2_000)));
        try {
            serveUntilSignal(Deployment.of(vertx, verticle.apply(settings)));
            return OK;
        } catch (ExecutionException e) {
            report(e.getCause());
            return START_FAILED;
        } catch (TimeoutException e) {
            err.println(service + " neither started nor stopped within " + STOP_LIMIT.toMinutes() + " minutes.");
            return START_FAILED;
        } finally {
            close(vertx);
        }
    }

    private void serveUntilSignal(Deployment deployment)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            // Whichever comes first: a start that waits for a dependency can be stopped.
            CompletableFuture.anyOf(deployment.started().toCompletionStage().toCompletableFuture(), signal)
                    .get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            signal.get();
            LoggerFactory.getLogger(Program.class).info("{} is stopping", service);
        } finally {
            await(deployment.stop());
        }
    }

    /** Prints a message for a missing dependency, and a stack trace for anything unexpected. */
    private void report(Throwable failure) {
        var isExpected = failure instanceof StartFailed || failure instanceof Unrecoverable;
        err.println(isExpected ? failure.getMessage() : service + " failed: " + failure);
        var cause = failure instanceof StartFailed ? failure.getCause() : failure;
        if (!(cause instanceof DependencyMissing || cause instanceof Unrecoverable)) {
            cause.printStackTrace(err);
        }
    }

    private void close(Vertx vertx) throws InterruptedException {
        try {
            await(vertx.close());
        } catch (ExecutionException | TimeoutException e) {
            LoggerFactory.getLogger(Program.class).warn("Vert.x did not close service={}", service, e);
        }
    }

    private static void await(Future<?> future) throws InterruptedException, ExecutionException, TimeoutException {
        future.toCompletionStage().toCompletableFuture().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Names appenders of logback.xml. */
    private enum LogFormat {
        TEXT,
        JSON
    }
}
