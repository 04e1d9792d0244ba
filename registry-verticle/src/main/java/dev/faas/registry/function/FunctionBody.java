package dev.faas.registry.function;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.MaxLifetime;
import dev.faas.http.JsonFields;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.ArgumentAs;
import dev.faas.wire.FunctionSpec.Cause;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Destinations;
import dev.faas.wire.FunctionSpec.Limits;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.FunctionSpec.Network;
import dev.faas.wire.FunctionSpec.Prewarm;
import dev.faas.wire.FunctionSpec.Queue;
import dev.faas.wire.FunctionSpec.Retry;
import dev.faas.wire.ImageReference;
import dev.faas.wire.Principal;
import dev.faas.wire.SecretRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a function from a request body: checks each field and fills in the defaults. Reports all invalid fields at once, by
 * their paths. Refuses features that are not available yet, instead of ignoring them.
 */
public final class FunctionBody {
    private static final String NOT_YET = " is not available yet";
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final String NAME_RULE =
            "be 1 to 63 of a-z, 0-9 and '-', begin with a letter, and not end with a '-'";
    private static final Pattern VARIABLE = Pattern.compile(SecretRef.VARIABLE);
    private static final String VARIABLE_RULE = "be a letter or '_', then letters, digits or '_'";
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?");
    private static final String LABEL_RULE =
            "be 1 to 64 of letters, digits, '.', '_', '/' and '-', and begin and end with a letter or a digit";

    private static final int MAX_DESCRIPTION = 1_000;
    private static final int MAX_WORDS = 64;
    private static final int MAX_WORD = 4_096;
    private static final int MAX_VARIABLES = 64;
    private static final int MAX_ENVIRONMENT_BYTES = 32 * 1024;
    private static final int MAX_SECRET = 512;
    private static final int MAX_LABELS = 16;
    private static final int MAX_LABEL_VALUE = 256;
    private static final int MAX_CONCURRENCY = 1_000;
    /**
     * As JSON. Every accepted event carries the specification beside the argument, which escaping can make six times as long;
     * every gateway keeps it in memory.
     */
    private static final int MAX_SPEC_BYTES = 128 * 1024;

    private static final int DAY_SECONDS = 86_400;
    private static final int MIN_IDLE_TTL_SECONDS = 60;
    private static final int MAX_IDLE_TTL_SECONDS = 30 * DAY_SECONDS;

    private static final Map<String, Cause> CAUSES =
            Map.of("exit_code", Cause.EXIT_CODE, "timed_out", Cause.TIMED_OUT, "out_of_memory", Cause.OUT_OF_MEMORY);
    /** Empty: reserved. */
    private static final Map<String, Optional<ArgumentAs>> ARGUMENT_AS = Map.of(
            "last", Optional.of(ArgumentAs.LAST), "none", Optional.of(ArgumentAs.NONE), "stdin", Optional.empty());

    private static final int MAX_DESTINATIONS = 10;
    private static final int MAX_DESTINATION = 63;
    private static final Pattern DESTINATION = Pattern.compile("[a-z][a-z0-9_-]*");

    private static final String[] SERVER_FIELDS = {
        "id", "owner", "revision", "imageDigest", "createdAt", "updatedAt", "paused"
    };

    private final Duration eventsAge;
    private final Mode defaultMode;
    private final FunctionRules rules;
    private final boolean byAdmin;

    /**
     * @param eventsAge how long the event stream keeps an event; no activation may live longer
     * @param defaultMode of a function that names none
     */
    public FunctionBody(Duration eventsAge, Mode defaultMode, FunctionRules rules) {
        this(eventsAge, defaultMode, rules, false);
    }

    private FunctionBody(Duration eventsAge, Mode defaultMode, FunctionRules rules, boolean byAdmin) {
        this.eventsAge = eventsAge;
        this.defaultMode = defaultMode;
        this.rules = rules;
        this.byAdmin = byAdmin;
    }

    /** For what this user writes. */
    FunctionBody writtenBy(Principal user) {
        return new FunctionBody(eventsAge, defaultMode, rules, user.roles().contains(Principal.ADMIN));
    }

    /** Reads a new function. */
    FunctionSpec read(ObjectNode body) {
        return read(JsonFields.of(body), Optional.empty());
    }

    /** Reads the next revision of a function; its name must be {@code name}. */
    FunctionSpec read(ObjectNode body, String name) {
        return read(JsonFields.of(body), Optional.of(name));
    }

    private FunctionSpec read(JsonFields fields, Optional<String> fixedName) {
        fields.ignore(SERVER_FIELDS);
        var environment = environment(fields);
        var spec = new FunctionSpec(
                name(fields, fixedName),
                image(fields),
                fields.optionalText("description", MAX_DESCRIPTION).orElse(""),
                entrypoint(fields),
                fields.optionalTexts("command", MAX_WORDS, MAX_WORD).orElse(null),
                environment,
                secrets(fields, environment.keySet()),
                fields.textMap("labels", MAX_LABELS, LABEL, LABEL_RULE, MAX_LABEL_VALUE),
                mode(fields),
                fields.choice("network", Network.class, Network.NONE),
                limits(fields),
                fields.integer("concurrency", 10, 1, MAX_CONCURRENCY),
                queue(fields),
                retry(fields),
                delivery(fields),
                fields.flag("readOnlyRoot", false),
                prewarm(fields),
                argumentAs(fields),
                idleTtlSeconds(fields),
                destinations(fields),
                byAdmin);
        checkSizeAndLifetime(fields, spec);
        fields.requireValid();
        return spec;
    }

    private static String name(JsonFields fields, Optional<String> fixedName) {
        var name = fields.text("name", NAME, NAME_RULE);
        if (FunctionRef.isName(name)
                && fixedName.filter(fixed -> !fixed.equals(name)).isPresent()) {
            fields.addError("name", "cannot be changed: it stays '" + fixedName.get() + "'");
        }
        return name;
    }

    private String image(JsonFields fields) {
        var image = fields.text("image", 1, ImageReference.MAX_LENGTH);
        if (!image.isEmpty()) {
            checkImage(fields, image);
        }
        return image;
    }

    private void checkImage(JsonFields fields, String text) {
        ImageReference.parse(text)
                .map(image -> rules.images().refusal(image, byAdmin))
                .orElse(Optional.of(
                        "must be an image as 'docker pull' takes it, such as registry.example/path/name:tag,"
                                + " in lower case"))
                .ifPresent(refusal -> fields.addError("image", refusal));
    }

    private static @Nullable List<String> entrypoint(JsonFields fields) {
        var entrypoint = fields.optionalTexts("entrypoint", MAX_WORDS, MAX_WORD);
        if (entrypoint
                .filter(words -> words.isEmpty() || words.getFirst().isEmpty())
                .isPresent()) {
            fields.addError("entrypoint", "must begin with a program; omit it or send null to use the image's own");
        }
        return entrypoint.orElse(null);
    }

    private static Map<String, String> environment(JsonFields fields) {
        var env = fields.textMap("env", MAX_VARIABLES, VARIABLE, VARIABLE_RULE, MAX_ENVIRONMENT_BYTES);
        // The kernel counts NAME=value and a NUL.
        long bytes = env.entrySet().stream()
                .mapToLong(
                        each -> each.getKey().length() + each.getValue().getBytes(StandardCharsets.UTF_8).length + 2L)
                .sum();
        if (bytes > MAX_ENVIRONMENT_BYTES) {
            fields.addError("env", "must have at most " + MAX_ENVIRONMENT_BYTES + " bytes in all");
        }
        return env;
    }

    private static List<String> secrets(JsonFields fields, Set<String> environment) {
        var secrets = fields.texts("secrets", SecretRef.MAX_COUNT, MAX_SECRET);
        var targets = new HashSet<>(environment);
        for (int i = 0; i < secrets.size(); i++) {
            var path = "secrets[" + i + "]";
            SecretRef.parse(secrets.get(i))
                    .ifPresentOrElse(
                            secret -> {
                                if (!targets.add(secret.target())) {
                                    fields.addError(path, "sets " + secret.target() + ", which is set already");
                                }
                            },
                            () -> fields.addError(
                                    path,
                                    "must name a secret: db for a file, DB_PASSWORD=db for a variable, either with a"
                                            + " version such as db@3"));
        }
        return secrets;
    }

    private Mode mode(JsonFields fields) {
        var mode = fields.choice("mode", Mode.class, defaultMode);
        if (mode == Mode.SERVER) {
            fields.addError("mode", "the mode server" + NOT_YET);
        }
        return mode;
    }

    private Limits limits(JsonFields fields) {
        var defaults = Limits.DEFAULT;
        var maxima = rules.maxima();
        return fields.object("limits")
                .map(limits -> new Limits(
                        limits.integer("memoryMb", defaults.memoryMb(), 8, maxima.memoryMb()),
                        limits.decimal("cpus", defaults.cpus(), 0.01, maxima.cpus()),
                        limits.integer("pids", defaults.pids(), 2, maxima.pids()),
                        limits.integer("timeoutSeconds", defaults.timeoutSeconds(), 1, maxima.timeoutSeconds()),
                        limits.integer("resultKb", defaults.resultKb(), 1, 16_384),
                        limits.integer("logKb", defaults.logKb(), 1, 16_384)))
                .orElse(defaults);
    }

    private static Queue queue(JsonFields fields) {
        var defaults = Queue.DEFAULT;
        return fields.object("queue")
                .map(queue -> new Queue(
                        queue.integer("maxPending", defaults.maxPending(), 1, 10_000_000),
                        queue.integer("ttlSeconds", defaults.ttlSeconds(), 1, 7 * DAY_SECONDS)))
                .orElse(defaults);
    }

    private static Retry retry(JsonFields fields) {
        var defaults = Retry.DEFAULT;
        return fields.object("retry")
                .map(retry -> new Retry(
                        retry.integer("maxAttempts", defaults.maxAttempts(), 1, 10),
                        retry.integer("backoffSeconds", defaults.backoffSeconds(), 0, 3_600),
                        retry.choices("on", CAUSES, defaults.on())))
                .orElse(defaults);
    }

    private static Delivery delivery(JsonFields fields) {
        return fields.choice("delivery", Delivery.class, Delivery.AT_LEAST_ONCE);
    }

    private static Prewarm prewarm(JsonFields fields) {
        return fields.object("prewarm")
                .map(prewarm -> new Prewarm(prewarm.integer("min", 0, 0, MAX_CONCURRENCY)))
                .orElse(Prewarm.DEFAULT);
    }

    private static ArgumentAs argumentAs(JsonFields fields) {
        return fields.choice("argumentAs", ARGUMENT_AS, Optional.of(ArgumentAs.LAST))
                .orElseGet(() -> {
                    fields.addError("argumentAs", "the argument as stdin" + NOT_YET);
                    return ArgumentAs.LAST;
                });
    }

    private static @Nullable Integer idleTtlSeconds(JsonFields fields) {
        var seconds = fields.optionalInteger("idleTtlSeconds", MIN_IDLE_TTL_SECONDS, MAX_IDLE_TTL_SECONDS);
        return seconds.isPresent() ? seconds.getAsInt() : null;
    }

    private static @Nullable Destinations destinations(JsonFields fields) {
        return fields.object("destinations")
                .map(named -> new Destinations(
                        destinations(named, "onSuccess"),
                        destinations(named, "onFailure"),
                        destinations(named, "onEnd")))
                .filter(named -> !named.equals(Destinations.NONE))
                .orElse(null);
    }

    private static List<String> destinations(JsonFields fields, String name) {
        var refs = fields.texts(name, MAX_DESTINATIONS, MAX_DESTINATION);
        for (int i = 0; i < refs.size(); i++) {
            if (!DESTINATION.matcher(refs.get(i)).matches()) {
                fields.addError(name + "[" + i + "]", "must be the name or id of a destination");
            }
        }
        return refs;
    }

    private void checkSizeAndLifetime(JsonFields fields, FunctionSpec spec) {
        int bytes = Codec.write(spec).length;
        if (bytes > MAX_SPEC_BYTES) {
            fields.addError(
                    "command",
                    "the whole function must have at most " + MAX_SPEC_BYTES + " bytes as JSON; this one has " + bytes
                            + ". Move some of it into the image or into the argument");
        }
        var longest = MaxLifetime.of(spec);
        if (longest.compareTo(eventsAge) >= 0) {
            fields.addError(
                    "limits.timeoutSeconds",
                    "with its time in the queue and all attempts an activation could live " + longest.toSeconds()
                            + " s; it must be less than " + eventsAge.toSeconds()
                            + " s. Lower timeoutSeconds, queue.ttlSeconds or retry");
        }
    }
}
