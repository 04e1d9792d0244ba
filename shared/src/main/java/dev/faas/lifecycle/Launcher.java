package dev.faas.lifecycle;

import dev.faas.config.Env;
import io.vertx.core.Deployable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Runs the {@code main} of every service: {@code --help}, configuration, one Vertx, one verticle. SIGTERM or SIGINT undeploy
 * it, or stop its start. Exit codes: 0 success; 2 the configuration is wrong; 1 the start failed, a dependency is missing or
 * the process cannot continue ({@link Unrecoverable}). The message is on stderr.
 */
public final class Launcher {
    private Launcher() {}

    /** Ends the process: does not return. */
    public static <C> void launch(
            String service, String[] args, Function<Env, C> config, Function<C, ? extends Deployable> verticle) {
        // Before the first logger: Logback reads it once.
        System.setProperty("faas.service", service);
        HostNames.configure();

        var signal = new CompletableFuture<Void>();
        var program = new Program<>(service, config, verticle, signal, System.out, System.err);
        Unrecoverable.onUncaught(signal::completeExceptionally);
        // After a signal a JVM exits with 143 in any case; halting with our own code says whether the stop succeeded.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            signal.complete(null);
            Runtime.getRuntime().halt(program.exitCode());
        }));
        System.exit(program.run(args, System.getenv()));
    }
}
