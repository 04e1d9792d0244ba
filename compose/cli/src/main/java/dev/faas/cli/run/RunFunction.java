package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The function behind {@code faas run}: an ad-hoc one that is found by what it consists of, or one with a name of the user's. */
final class RunFunction {
    private static final int HASH_LENGTH = 10;
    private static final int IDLE_TTL_SECONDS = 3_600;
    private static final int MOST_TRIES = 4;
    private static final Map<String, String> ARGUMENTS = Map.of("image", "IMAGE", "command", "ARG", "name", "--name");

    private final String name;
    private final boolean isAdHoc;
    private final Doc spec;

    private RunFunction(String name, boolean isAdHoc, Doc spec) {
        this.name = name;
        this.isAdHoc = isAdHoc;
        this.spec = spec;
    }

    /**
     * @param name null: an ad-hoc function
     * @param spec what the flags say, without a name, with sorted maps: equal flags must give equal text
     */
    static RunFunction of(@Nullable String name, Doc spec) {
        if (name != null) {
            return new RunFunction(name, false, spec);
        }
        spec.with("labels", Map.of(Functions.AD_HOC, "true")).with("idleTtlSeconds", IDLE_TTL_SECONDS);
        return new RunFunction("run-" + hash(Doc.compact(spec)), true, spec);
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            var digits = new BigInteger(1, digest).toString(Character.MAX_RADIX);
            return digits.substring(digits.length() - HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Submits, and creates or updates the function where that is needed. */
    Doc submit(Api api, Submission submission) {
        var functions = new Functions(api);
        if (!isAdHoc) {
            return submission.submit(
                    api,
                    name + "@" + namingFlags(() -> createOrUpdate(functions)).number("revision"),
                    0);
        }
        for (int tries = 1; ; tries++) {
            try {
                return submission.submit(api, name, 0);
            } catch (ApiFailure e) {
                if (!e.code().equals("function_not_found") || tries == MOST_TRIES) {
                    throw e;
                }
                namingFlags(() -> tryCreate(functions));
            }
        }
    }

    /** Empty: another process was faster. */
    private Optional<Doc> tryCreate(Functions functions) {
        var body = Doc.empty().with("name", name);
        body.fields().putAll(spec.fields());
        try {
            return Optional.of(functions.create(body));
        } catch (ApiFailure e) {
            if (!e.code().equals("function_exists")) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** The revision that is as the flags say. */
    private Doc createOrUpdate(Functions functions) {
        var stored = functions.find(name).or(() -> tryCreate(functions)).orElseGet(() -> functions.get(name));
        return functions.update(stored, this::merge).stored();
    }

    /** What {@code run} has no flag for stays. */
    private Doc merge(Doc stored) {
        var limits = new LinkedHashMap<>(stored.doc("limits").fields());
        limits.putAll(spec.doc("limits").fields());
        stored.fields().putAll(spec.fields());
        return stored.with("limits", limits);
    }

    private static <T> T namingFlags(Supplier<T> call) {
        try {
            return call.get();
        } catch (ApiFailure e) {
            throw Functions.namingFlags(e, ARGUMENTS);
        }
    }
}
