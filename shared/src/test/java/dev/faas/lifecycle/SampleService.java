package dev.faas.lifecycle;

import dev.faas.config.Env;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.LoggerFactory;

/** The smallest possible service, which {@link LauncherTest} runs as a process. */
final class SampleService extends VerticleBase {
    private final String mood;
    private Lifecycle lifecycle;

    private SampleService(String mood) {
        this.mood = mood;
    }

    public static void main(String[] args) {
        Launcher.launch("sample-service", args, SampleService::mood, SampleService::new);
    }

    private static String mood(Env env) {
        return env.required("SAMPLE_MOOD", "good, bad or odd");
    }

    @Override
    public Future<?> start() {
        lifecycle = new Lifecycle(vertx, "sample-service");
        return lifecycle.start(on -> {
            on.onStop("farewell", () -> System.out.println("farewell"));
            if (mood.equals("bad")) {
                throw new DependencyMissing("good weather is not there");
            }
            if (mood.equals("odd")) {
                LoggerFactory.getLogger("odd")
                        .warn(
                                "two\nlines {}",
                                "\u001b[2J\u009b1m\u007f",
                                new IllegalStateException("no\nreason\u0007"));
            }
            System.out.println("ready");
        });
    }

    @Override
    public Future<?> stop() {
        return lifecycle.stop();
    }
}
