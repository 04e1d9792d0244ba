package dev.faas.registry.function;

import dev.faas.config.Env;
import dev.faas.config.ImagePolicy;
import dev.faas.config.Profile;
import dev.faas.wire.FunctionSpec.Limits;
import java.time.Duration;

/**
 * Says what the operator allows in functions. Rules hold for what is written from now on; the image policy also for what
 * runs.
 */
public record FunctionRules(ImagePolicy images, Maxima maxima) {
    /** Allows all that the API allows. */
    public static final FunctionRules OPEN = new FunctionRules(ImagePolicy.ANY, Maxima.OF_THE_API);

    /** The most that a function may set as its limits. */
    public record Maxima(int memoryMb, int cpus, int pids, int timeoutSeconds) {
        static final Maxima OF_THE_API = new Maxima(64 * 1024, 128, 32_768, 86_400);
        private static final Maxima WHEN_SHARED = new Maxima(4_096, 8, 1_024, 86_400);

        private static Maxima from(Env env) {
            var usual = Profile.from(env).choose(OF_THE_API, WHEN_SHARED);
            var least = Limits.DEFAULT;
            var most = OF_THE_API;
            return new Maxima(
                    env.integer(
                            "FAAS_FUNCTION_MAX_MEMORY_MB",
                            usual.memoryMb,
                            least.memoryMb(),
                            most.memoryMb,
                            "largest memory limit of a function, in MiB"),
                    env.integer(
                            "FAAS_FUNCTION_MAX_CPUS",
                            usual.cpus,
                            (int) least.cpus(),
                            most.cpus,
                            "most processors of a function"),
                    env.integer(
                            "FAAS_FUNCTION_MAX_PIDS",
                            usual.pids,
                            least.pids(),
                            most.pids,
                            "most processes and threads of a function"),
                    timeout(env, Duration.ofSeconds(least.timeoutSeconds()), Duration.ofSeconds(usual.timeoutSeconds)));
        }

        private static int timeout(Env env, Duration least, Duration usual) {
            var name = "FAAS_FUNCTION_MAX_TIMEOUT";
            var chosen = env.duration(name, usual, "longest timeout of a function");
            if (chosen.compareTo(least) < 0 || chosen.toSeconds() > OF_THE_API.timeoutSeconds) {
                env.addProblem(name, "must be from 5m to 24h");
                return OF_THE_API.timeoutSeconds;
            }
            return (int) chosen.toSeconds();
        }
    }

    public static FunctionRules from(Env env) {
        return new FunctionRules(ImagePolicy.from(env), Maxima.from(env));
    }
}
