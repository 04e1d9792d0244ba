package dev.faas.registry.destination;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.SubmissionFields;
import dev.faas.activation.Status;
import dev.faas.destination.DestinationSpec;
import dev.faas.destination.DestinationSpec.Selection;
import dev.faas.destination.DestinationSpec.SubjectTarget;
import dev.faas.http.JsonFields;
import dev.faas.outgoing.OutgoingRequest;
import dev.faas.outgoing.OutgoingRules;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.registry.destination.Definition.Call;
import dev.faas.webhook.WebhookSecret;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Problem;
import dev.faas.wire.UserSubject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a destination from a request body: checks each field and fills in the defaults. Reports all invalid fields at once. */
final class DestinationBody {
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final String NAME_RULE =
            "be 1 to 63 of a-z, 0-9 and '-', begin with a letter, and not end with a '-'";
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int MAX_FUNCTIONS = 100;
    private static final int MAX_FUNCTION = 64;
    private static final int MAX_HEADERS = 20;
    private static final int MAX_HEADER = 4_096;
    /** Most servers refuse more. */
    private static final int MAX_HEADERS_LENGTH = 8_192;

    private static final int MAX_TIMEOUT = 30;
    private static final int MAX_IN_FLIGHT = 100;
    private static final int DEFAULT_OVERLAP_HOURS = 24;
    private static final int MAX_OVERLAP_HOURS = 168;

    private static final Map<String, String> EVENTS = Stream.concat(
                    Arrays.stream(Status.values())
                            .filter(Status::isTerminal)
                            .map(status -> DestinationSpec.eventType(status.text())),
                    Stream.of(
                            DestinationSpec.BATCH_ENDED,
                            DestinationSpec.SCHEDULE_PAUSED,
                            DestinationSpec.SCHEDULE_MISSED,
                            DestinationSpec.SOURCE_FAILING,
                            DestinationSpec.DESTINATION_DISABLED))
            .collect(Collectors.toMap(Function.identity(), Function.identity()));

    /** The platform sets them. */
    private static final Pattern OWN_HEADERS = Pattern.compile("webhook-.*|content-type|user-agent");

    private static final String FUNCTION_RULE = "be a function's name or id, with or without a revision (build@3)";
    private static final Map<String, String> KINDS = Stream.of(
                    DestinationSpec.WEBHOOK, DestinationSpec.FUNCTION, DestinationSpec.SUBJECT)
            .collect(Collectors.toMap(Function.identity(), Function.identity()));
    /** Whether it is binary. */
    private static final Map<String, Boolean> EVENT_FORMATS =
            Map.of(DestinationView.STRUCTURED, false, DestinationView.BINARY, true);
    /** Whether it is the result. */
    private static final Map<String, Boolean> ARGUMENTS =
            Map.of(DestinationView.RESULT, true, DestinationView.EVENT, false);

    private static final String[] OF_WEBHOOKS = {"url", "sign", "timeoutSeconds", "headers", "secret"};
    private static final String[] OF_SUBJECTS = {"subject"};
    private static final String[] OF_FUNCTIONS = {"function", "argument", "allowLoop"};

    private static final String[] SERVER_FIELDS = {
        "id",
        "owner",
        "functionId",
        "headerNames",
        "disabledReason",
        "failures",
        "circuitOpenUntil",
        "createdAt",
        "updatedAt"
    };

    private DestinationBody() {}

    /**
     * Fails with {@code address_forbidden} when the rules do not allow the URL.
     *
     * @param before the destination that is changed; empty: a new one
     */
    static Definition read(ObjectNode body, Optional<DestinationSpec> before, OutgoingRules rules) {
        var fields = JsonFields.of(body);
        fields.ignore(SERVER_FIELDS);
        var name = name(fields, before.map(DestinationSpec::name));
        var kind = fields.choice("kind", KINDS, DestinationSpec.WEBHOOK);
        before.map(DestinationSpec::kind)
                .filter(fixed -> !fixed.equals(kind))
                .ifPresent(fixed -> fields.addError("kind", "cannot be changed: it stays '" + fixed + "'"));
        return switch (kind) {
            case DestinationSpec.FUNCTION -> call(fields, name);
            case DestinationSpec.SUBJECT -> publication(fields, name);
            default -> webhook(fields, name, rules);
        };
    }

    private static Definition publication(JsonFields fields, String name) {
        refuse(fields, OF_WEBHOOKS, DestinationSpec.WEBHOOK);
        refuse(fields, OF_FUNCTIONS, DestinationSpec.FUNCTION);
        var subject = fields.text("subject", ANY, UserSubject.RULE);
        if (fields.has("subject") && !UserSubject.isSubject(subject)) {
            fields.addError("subject", "must " + UserSubject.RULE);
        }
        var spec = new DestinationSpec(
                name,
                "",
                selection(fields),
                DestinationSpec.DEFAULT_TIMEOUT,
                maxInFlight(fields),
                null,
                new SubjectTarget(subject, fields.choice("format", EVENT_FORMATS, false)));
        var enabled = enabled(fields);
        fields.requireValid();
        return new Definition(spec, Optional.empty(), Optional.of(Map.of()), Optional.empty(), enabled);
    }

    private static Definition call(JsonFields fields, String name) {
        refuse(fields, OF_WEBHOOKS, DestinationSpec.WEBHOOK);
        refuse(fields, OF_SUBJECTS, DestinationSpec.SUBJECT);
        refuse(fields, new String[] {"format"}, DestinationSpec.WEBHOOK);
        var ref = fields.text("function", ANY, FUNCTION_RULE);
        var function = FunctionRef.parse(ref);
        if (function.isEmpty() && fields.has("function")) {
            fields.addError("function", "must " + FUNCTION_RULE);
        }
        boolean passesResult = fields.choice("argument", ARGUMENTS, true);
        boolean allowLoop = fields.flag("allowLoop", false);
        var selection = selection(fields);
        var enabled = enabled(fields);
        var spec = new DestinationSpec(
                name, "", selection, DestinationSpec.DEFAULT_TIMEOUT, maxInFlight(fields), null, null);
        fields.requireValid();
        return new Definition(
                spec,
                Optional.of(new Call(function.orElseThrow(), passesResult, allowLoop)),
                Optional.of(Map.of()),
                Optional.empty(),
                enabled);
    }

    /** Those of the other kind. */
    private static void refuse(JsonFields fields, String[] names, String kind) {
        fields.ignore(names);
        Arrays.stream(names)
                .filter(fields::has)
                .forEach(name -> fields.addError(name, "is for kind '" + kind + "' only"));
    }

    private static Definition webhook(JsonFields fields, String name, OutgoingRules rules) {
        refuse(fields, OF_FUNCTIONS, DestinationSpec.FUNCTION);
        refuse(fields, OF_SUBJECTS, DestinationSpec.SUBJECT);
        choose(fields, "format", "standard");
        choose(fields, "sign", "v1");
        var url = fields.text("url", ANY, "be a URL such as https://example.com/path");
        var parsed = parse(fields, "url", url, OutgoingUrl::parse);
        var selection = selection(fields);
        var headers = headers(fields);
        var given = fields.has("headers") ? Optional.of(headers) : Optional.<Map<String, String>>empty();
        var secret = fields.optionalText("secret", ANY, "be a text")
                .flatMap(text -> parse(fields, "secret", text, WebhookSecret::parse));
        var enabled = enabled(fields);
        var spec = new DestinationSpec(
                name,
                url,
                selection,
                fields.integer("timeoutSeconds", DestinationSpec.DEFAULT_TIMEOUT, 1, MAX_TIMEOUT),
                maxInFlight(fields),
                null,
                null);
        fields.requireValid();
        if (!rules.mayAllow(parsed.orElseThrow())) {
            throw addressForbidden();
        }
        return new Definition(spec, Optional.empty(), given, secret, enabled);
    }

    private static Optional<Boolean> enabled(JsonFields fields) {
        var flag = fields.flag("enabled", true);
        return fields.has("enabled") ? Optional.of(flag) : Optional.empty();
    }

    private static int maxInFlight(JsonFields fields) {
        return fields.integer("maxInFlight", DestinationSpec.DEFAULT_IN_FLIGHT, 1, MAX_IN_FLIGHT);
    }

    static int overlapHours(JsonFields fields) {
        return fields.integer("overlapHours", DEFAULT_OVERLAP_HOURS, 0, MAX_OVERLAP_HOURS);
    }

    private static String name(JsonFields fields, Optional<String> fixedName) {
        var name = fields.text("name", NAME, NAME_RULE);
        if (!name.isEmpty() && fixedName.filter(fixed -> !fixed.equals(name)).isPresent()) {
            fields.addError("name", "cannot be changed: it stays '" + fixedName.get() + "'");
        }
        return name;
    }

    private static void choose(JsonFields fields, String name, String only) {
        fields.choice(name, Map.of(only, only), only);
    }

    /** The message of the parser continues "must". A missing field has its error already. */
    private static <T> Optional<T> parse(JsonFields fields, String name, String text, Function<String, T> parser) {
        if (text.isEmpty() && !fields.has(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            fields.addError(name, "must " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Selection selection(JsonFields fields) {
        var events = fields.choices("events", EVENTS, List.of());
        if (events.isEmpty()) {
            fields.addError("events", fields.has("events") ? "must name at least one type of event" : "is required");
        }
        var functions = fields.texts("functions", MAX_FUNCTIONS, MAX_FUNCTION);
        for (int i = 0; i < functions.size(); i++) {
            if (FunctionRef.parse(functions.get(i))
                    .filter(ref -> ref.revision().isEmpty())
                    .isEmpty()) {
                fields.addError("functions[" + i + "]", "must be a function's name or id, without a revision");
            }
        }
        return new Selection(events, functions, SubmissionFields.tags(fields));
    }

    private static Map<String, String> headers(JsonFields fields) {
        var headers = new TreeMap<>(fields.textMap("headers", MAX_HEADERS, ANY, "be a name", MAX_HEADER));
        var lower = new TreeSet<String>();
        int length = headers.entrySet().stream()
                .mapToInt(header -> header.getKey().length() + header.getValue().length())
                .sum();
        if (length > MAX_HEADERS_LENGTH) {
            fields.addError("headers", "must have at most 8,192 characters together");
        }
        headers.forEach((name, value) -> {
            var own = name.toLowerCase(Locale.ROOT);
            OutgoingRequest.headerProblem(name, value)
                    .or(() -> OWN_HEADERS.matcher(own).matches()
                            ? Optional.of("not be given: the platform sets it")
                            : Optional.empty())
                    .or(() -> lower.add(own) ? Optional.empty() : Optional.of("be given once"))
                    .ifPresent(problem -> fields.addError("headers." + name, "must " + problem));
        });
        return headers;
    }

    static RuntimeException addressForbidden() {
        return Problem.of(
                        422,
                        "address_forbidden",
                        "Address forbidden",
                        "The platform sends to public addresses by https only. Choose another URL, or ask the operator to"
                                + " allow this host (FAAS_OUTGOING_ALLOW).")
                .asException();
    }
}
