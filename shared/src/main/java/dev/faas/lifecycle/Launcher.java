package dev.faas.lifecycle;

import dev.faas.config.Env;
import io.vertx.core.Deployable;
import java.util.function.Function;

/** The {@code main} of every service. */
public final class Launcher {
    private Launcher() {}

    public static <C> void launch(
            String service, String[] args, Function<Env, C> config, Function<C, ? extends Deployable> verticle) {
        Pending.now();
    }
}
