package dev.faas.gateway.hook;

import dev.faas.acceptance.Submission;
import dev.faas.hook.CloudEventBody.Wrapper;
import dev.faas.hook.HookSpec;
import dev.faas.hook.ReceivedMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes the submission of a request, as its hook says. */
final class HookSubmission {
    private static final String VARIABLE = "FAAS_HOOK_";
    private static final String TYPE_OF_OTHERS = "dev.faas.hook.request";
    private static final int MAX_TAG = 256;

    private HookSubmission() {}

    /** Whether all headers have the values that the hook selects. */
    static boolean isSelected(ReceivedMessage request, HookSpec spec) {
        return spec.reading().match().entrySet().stream()
                .allMatch(wanted -> request.single(wanted.getKey())
                        .filter(wanted.getValue()::equals)
                        .isPresent());
    }

    /** Fails with {@code invalid_request}, {@code malformed_json} or {@code argument_too_large}. */
    static Submission of(
            ReceivedMessage request,
            HookSpec spec,
            String hookId,
            Optional<String> deliveryId,
            String requestId,
            Instant now) {
        var event = new Wrapper(deliveryId.orElse(requestId), "/hooks/" + hookId, TYPE_OF_OTHERS, null, now);
        var argument = spec.reading().body().argument(request, event);
        var tags = new HashMap<>(spec.tags());
        var variables = new HashMap<String, String>();
        for (var header : spec.reading().headers()) {
            request.joined(header).map(HookSubmission::printable).ifPresent(value -> {
                tags.put(header, shortened(value));
                variables.put(VARIABLE + header.toUpperCase(Locale.ROOT).replace('-', '_'), value);
            });
        }
        return new Submission(argument, OptionalInt.empty(), tags, Optional.empty(), variables);
    }

    /** A header may have a tab, and nothing below it. */
    private static String printable(String value) {
        return value.replaceAll("\\p{Cntrl}", " ");
    }

    private static String shortened(String value) {
        return value.codePointCount(0, value.length()) <= MAX_TAG
                ? value
                : value.substring(0, value.offsetByCodePoints(0, MAX_TAG));
    }
}
