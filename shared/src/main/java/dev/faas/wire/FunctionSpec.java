package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Describes a function as its user wrote it, with all defaults. The registry validates single fields when a request arrives;
 * this record checks only what other code relies on.
 *
 * @param entrypoint null: the image's own
 * @param command null: the image's own
 * @param argumentAs not in the JSON if it is the default, so that functions without it keep their bytes
 * @param idleTtlSeconds the function is deleted after so long without a submit; null: never
 * @param destinations where ends of its activations go, besides the destinations that select them; null: nowhere
 * @param byAdmin an admin has written it, so other images are allowed; not in the API, and not in the JSON if false
 */
public record FunctionSpec(
        String name,
        String image,
        String description,
        @Nullable List<String> entrypoint,
        @Nullable List<String> command,
        Map<String, String> env,
        List<String> secrets,
        Map<String, String> labels,
        Mode mode,
        Network network,
        Limits limits,
        int concurrency,
        Queue queue,
        Retry retry,
        Delivery delivery,
        boolean readOnlyRoot,
        Prewarm prewarm,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = ArgumentAs.OmittedDefault.class)
        ArgumentAs argumentAs,

        @Nullable Integer idleTtlSeconds,
        @Nullable Destinations destinations,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean byAdmin) {

    public FunctionSpec {
        Objects.requireNonNull(name);
        Objects.requireNonNull(image);
        Objects.requireNonNull(description);
        entrypoint = entrypoint == null ? null : List.copyOf(entrypoint);
        command = command == null ? null : List.copyOf(command);
        env = sorted(env);
        secrets = List.copyOf(secrets);
        labels = sorted(labels);
        argumentAs = Objects.requireNonNullElse(argumentAs, ArgumentAs.LAST);
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, not " + concurrency);
        }
    }

    /** Sorted, so that the same function has always the same bytes (ETags, golden files). */
    public static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /** With the default of every other field. */
    public static FunctionSpec of(String name, String image) {
        return new FunctionSpec(
                name,
                image,
                "",
                null,
                null,
                Map.of(),
                List.of(),
                Map.of(),
                Mode.ISOLATED,
                Network.NONE,
                Limits.DEFAULT,
                10,
                Queue.DEFAULT,
                Retry.DEFAULT,
                Delivery.AT_LEAST_ONCE,
                false,
                Prewarm.DEFAULT,
                ArgumentAs.LAST,
                null,
                null,
                false);
    }

    public enum Mode {
        @JsonProperty("isolated")
        ISOLATED,
        @JsonProperty("nested")
        NESTED,
        @JsonProperty("reused")
        REUSED,
        @JsonProperty("server")
        SERVER;

        /** Whether a container runs one activation after the other. */
        public boolean keepsContainer() {
            return this != ISOLATED;
        }
    }

    public enum Network {
        @JsonProperty("none")
        NONE,
        @JsonProperty("outbound")
        OUTBOUND
    }

    public enum Delivery {
        @JsonProperty("at-least-once")
        AT_LEAST_ONCE,
        @JsonProperty("at-most-once")
        AT_MOST_ONCE
    }

    /** How the command gets the argument. */
    public enum ArgumentAs {
        /** As the last element of the command line. */
        @JsonProperty("last")
        LAST,
        /** Not at all. */
        @JsonProperty("none")
        NONE;

        /** Is equal to the value that the codec omits. */
        static final class OmittedDefault {
            @Override
            public boolean equals(@Nullable Object value) {
                return value == LAST;
            }

            @Override
            public int hashCode() {
                return LAST.hashCode();
            }
        }
    }

    /** Why a function's attempt failed, as a retry policy names it. */
    public enum Cause {
        @JsonProperty("exit_code")
        EXIT_CODE,
        @JsonProperty("timed_out")
        TIMED_OUT,
        @JsonProperty("out_of_memory")
        OUT_OF_MEMORY
    }

    /** Hard limits of one run. {@code resultKb} and {@code logKb} limit what is stored, in units of 1,024 bytes. */
    public record Limits(int memoryMb, double cpus, int pids, int timeoutSeconds, int resultKb, int logKb) {
        public static final Limits DEFAULT = new Limits(128, 1.0, 128, 300, 1024, 1024);
    }

    public record Queue(int maxPending, int ttlSeconds) {
        public static final Queue DEFAULT = new Queue(100_000, 86_400);
    }

    public record Retry(int maxAttempts, int backoffSeconds, List<Cause> on) {
        public static final Retry DEFAULT =
                new Retry(1, 1, List.of(Cause.EXIT_CODE, Cause.TIMED_OUT, Cause.OUT_OF_MEMORY));

        /** Sorts the causes, so that the same policy has always the same bytes. */
        public Retry {
            on = on.stream().distinct().sorted().toList();
        }
    }

    /** The owner's, by name or id. One that does not exist at the end gets nothing. */
    public record Destinations(List<String> onSuccess, List<String> onFailure, List<String> onEnd) {
        public static final Destinations NONE = new Destinations(List.of(), List.of(), List.of());

        public Destinations {
            onSuccess = List.copyOf(onSuccess);
            onFailure = List.copyOf(onFailure);
            onEnd = List.copyOf(onEnd);
        }
    }

    public record Prewarm(int min) {
        public static final Prewarm DEFAULT = new Prewarm(0);
    }
}
