package dev.faas.registry.hook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.SubmissionFields;
import dev.faas.hook.HookSignature;
import dev.faas.hook.HookSignature.Scheme;
import dev.faas.hook.HookSpec;
import dev.faas.hook.HookSpec.Limits;
import dev.faas.hook.HookSpec.Reading;
import dev.faas.http.JsonFields;
import dev.faas.registry.function.TriggerFields;
import dev.faas.webhook.HmacAlgorithm;
import dev.faas.webhook.SignatureEncoding;
import dev.faas.webhook.SignedText;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a hook from a request body: checks each field and fills in the defaults. Reports all invalid fields at once. */
final class HookBody {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String HEADER_RULE = "be the name of a header: 1 to 64 letters, digits, '-' and '_'";
    private static final String MATCH = "header:";
    private static final Pattern MATCHED = Pattern.compile(MATCH + HEADER.pattern());
    private static final Pattern PREFIX = Pattern.compile("[\\x20-\\x7e]{0,64}");
    private static final Pattern SECRET = Pattern.compile("[^\\p{Cntrl}]{1,256}");
    private static final int MAX_SECRETS = 5;
    private static final int MAX_SECRET = 256;
    private static final int MAX_HEADERS = 16;
    private static final int MAX_HEADER = 64;
    private static final int MAX_TAGS = 16;
    private static final int MAX_MATCHES = 10;
    private static final int MAX_VALUE = 256;
    private static final int MAX_BODY_KB = 1_024;
    private static final int MAX_RATE = 10_000;
    private static final int USUAL_RATE = 100;
    private static final int DEFAULT_OVERLAP_HOURS = 24;
    private static final int MAX_OVERLAP_HOURS = 168;

    /** Who sends these would authenticate to the platform, or they say nothing about the event. */
    private static final List<String> SECRET_HEADERS =
            List.of("authorization", "cookie", "proxy-authorization", "webhook-signature");

    private static final String[] SERVER_FIELDS = {
        "id", "owner", "functionId", "state", "secretCount", "oldUrlUntil", "url", "createdAt", "updatedAt"
    };

    private HookBody() {}

    /** @param before the hook that is changed; empty: a new one */
    static Definition read(ObjectNode body, Optional<Hook> before) {
        var fields = JsonFields.of(body);
        fields.ignore(SERVER_FIELDS);
        var name = TriggerFields.name(fields, before.map(hook -> hook.spec().name()));
        var function = TriggerFields.function(fields);
        var signed = signature(fields, before);
        var headers = headers(fields);
        var tags = SubmissionFields.tags(fields);
        if (tags.size() + headers.size() > MAX_TAGS) {
            fields.addError("headers", "must be at most " + MAX_TAGS + " together with tags: each becomes a tag");
        }
        var reading = new Reading(deliveryId(fields), TriggerFields.mapping(fields), headers, match(fields));
        var limits = new Limits(
                fields.integer("maxBodyKb", MAX_BODY_KB, 1, MAX_BODY_KB),
                fields.integer("ratePerSecond", USUAL_RATE, 1, MAX_RATE));
        boolean paused = fields.flag("paused", false);
        fields.requireValid();
        return new Definition(
                new HookSpec(name, signed.form, reading, limits, tags), function.orElseThrow(), signed.secrets, paused);
    }

    static int overlapHours(JsonFields fields) {
        return fields.integer("overlapHours", DEFAULT_OVERLAP_HOURS, 0, MAX_OVERLAP_HOURS);
    }

    /** @param secrets empty: the stored ones */
    private record Signed(HookSignature form, Optional<List<String>> secrets) {}

    private static Signed signature(JsonFields all, Optional<Hook> before) {
        var found = all.object("signature");
        if (found.isEmpty()) {
            return new Signed(HookSignature.NONE, Optional.empty());
        }
        var fields = found.get();
        var scheme = fields.choice("scheme", Scheme.class, Scheme.NONE);
        var form = form(fields, scheme == Scheme.HMAC);
        var signature = new HookSignature(scheme, scheme == Scheme.HMAC ? form : null);
        var secrets = fields.optionalTexts("secrets", MAX_SECRETS, MAX_SECRET);
        secrets.ifPresent(texts -> check(fields, signature, texts));
        boolean hasStored = before.filter(hook -> hook.spec().signature().scheme() == scheme)
                .isPresent();
        if (signature.hasSecrets() && !fields.has("secrets") && !hasStored) {
            fields.addError("secrets", "is required");
        }
        return new Signed(signature, secrets.filter(given -> signature.hasSecrets()));
    }

    /** No message repeats a secret. */
    private static void check(JsonFields fields, HookSignature signature, List<String> secrets) {
        if (!signature.hasSecrets() && !secrets.isEmpty()) {
            fields.addError("secrets", "must not be given with the scheme none");
        } else if (signature.hasSecrets() && secrets.isEmpty()) {
            fields.addError("secrets", "must have at least one element");
        }
        for (int i = 0; i < secrets.size(); i++) {
            if (!SECRET.matcher(secrets.get(i)).matches()) {
                fields.addError("secrets[" + i + "]", "must have 1 to 256 characters, and no control character");
            } else if (signature.scheme() == Scheme.STANDARD) {
                try {
                    var unused = signature.with(List.of(secrets.get(i)));
                } catch (IllegalArgumentException e) {
                    fields.addError("secrets[" + i + "]", "must " + e.getMessage());
                }
            }
        }
    }

    private static HookSignature.Form form(JsonFields fields, boolean isHmac) {
        var header = fields.optionalText("header", HEADER, HEADER_RULE);
        var algorithm = fields.choice("algorithm", HmacAlgorithm.class, HmacAlgorithm.SHA256);
        var encoding = fields.choice("encoding", SignatureEncoding.class, SignatureEncoding.HEX);
        var prefix = fields.optionalText("prefix", PREFIX, "be at most 64 visible ASCII characters");
        var signed = fields.optionalText("signed", ANY, "be a text");
        var timestampHeader = fields.optionalText("timestampHeader", HEADER, HEADER_RULE);
        if (isHmac) {
            if (!fields.has("header")) {
                fields.addError("header", "is required with the scheme hmac");
            }
            signed.ifPresent(text -> check(fields, text));
            boolean hasTime =
                    signed.filter(text -> text.contains("{timestamp}")).isPresent();
            if (hasTime != fields.has("timestampHeader")) {
                fields.addError("timestampHeader", "must be given when signed has {timestamp}, and only then");
            }
        } else {
            for (var name : List.of("header", "algorithm", "encoding", "prefix", "signed", "timestampHeader")) {
                if (fields.has(name)) {
                    fields.addError(name, "must be given with the scheme hmac only");
                }
            }
        }
        return new HookSignature.Form(
                header.orElse(""),
                algorithm,
                encoding,
                prefix.orElse(""),
                signed.orElse(SignedText.BODY_ALONE.template()),
                timestampHeader.orElse(null));
    }

    private static void check(JsonFields fields, String signed) {
        try {
            var unused = new SignedText(signed);
        } catch (IllegalArgumentException e) {
            fields.addError("signed", "must " + e.getMessage());
        }
    }

    private static @Nullable String deliveryId(JsonFields all) {
        return all.object("deliveryId")
                .flatMap(fields -> fields.optionalText("header", HEADER, HEADER_RULE))
                .orElse(null);
    }

    private static List<String> headers(JsonFields fields) {
        var headers = fields.texts("headers", MAX_HEADERS, MAX_HEADER);
        var seen = new TreeSet<String>();
        for (int i = 0; i < headers.size(); i++) {
            var lower = headers.get(i).toLowerCase(Locale.ROOT);
            if (!HEADER.matcher(headers.get(i)).matches()) {
                fields.addError("headers[" + i + "]", "must " + HEADER_RULE);
            } else if (SECRET_HEADERS.contains(lower)) {
                fields.addError("headers[" + i + "]", "must be another one: this one may be secret");
            } else if (!seen.add(lower.replace('-', '_'))) {
                fields.addError("headers[" + i + "]", "must be given once: '-' and '_' are the same in a variable");
            }
        }
        return headers;
    }

    private static Map<String, String> match(JsonFields fields) {
        var match = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        fields.textMap("match", MAX_MATCHES, MATCHED, "be header: and the name of a header", MAX_VALUE)
                .forEach((name, value) -> {
                    // Another name has its error already.
                    if (!name.startsWith(MATCH)) {
                        return;
                    }
                    if (match.put(name.substring(MATCH.length()), value) != null) {
                        fields.addError("match", "must name each header once");
                    }
                });
        return match;
    }

    /** For views. */
    static String matched(String header) {
        return MATCH + header;
    }
}
