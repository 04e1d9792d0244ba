package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.Resources;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The caller's schedules on the platform. Failures name what the user typed. */
public final class Schedules implements Resources {
    public static final Fields FIELDS = ScheduleFields.TABLE;

    static final String ALL = "/v1/schedules";
    private static final String LIST = "faas schedule list";

    private final Api api;
    /** The entity tags of what was read, by id: the documents do not have them. */
    private final Map<String, String> tags = new HashMap<>();

    public Schedules(Api api) {
        this.api = api;
    }

    @Override
    public Fields fields() {
        return FIELDS;
    }

    @Override
    public String title(Doc stored) {
        return "schedule/" + stored.text(Field.NAME);
    }

    @Override
    public Doc get(String ref) {
        return naming(ref, () -> read(Request.get(path(ref))));
    }

    @Override
    public Optional<Doc> find(String name) {
        try {
            return Optional.of(read(Request.get(path(name))));
        } catch (ApiFailure e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Doc create(Doc body) {
        return namingFunction(
                body,
                () -> Resources.createOnce(
                        () -> read(Request.of("POST", ALL).json(body)),
                        "name_taken",
                        () -> new Schedules(api.retryFor(Duration.ofSeconds(5))).find(body.text(Field.NAME)),
                        stored -> isSame(body, stored)));
    }

    @Override
    public Doc replace(Doc read, Doc body) {
        var name = read.text(Field.NAME);
        var request = Request.of("PUT", path(name))
                .header("If-Match", tags.getOrDefault(read.text("id"), "*"))
                .json(withoutCount(FIELDS.withKept(body, read), read));
        return namingFunction(body, () -> naming(name, () -> read(request)));
    }

    /** The number of remaining actions goes down by itself: unless it is to be another one, the server keeps it. */
    private static Doc withoutCount(Doc body, Doc read) {
        var name = ScheduleFields.REMAINING;
        if (String.valueOf(body.get(name)).equals(String.valueOf(read.get(name)))) {
            body.fields().remove(name);
        }
        return body;
    }

    @Override
    public void delete(String name) {
        naming(name, () -> api.document(Request.of("DELETE", path(name))));
    }

    /** Asks the server only whether it accepts the pattern. */
    @Override
    public Doc preview(Doc body, @Nullable Doc current) {
        if (body.get(ScheduleFields.CRON) != null) {
            times(Doc.empty()
                    .with(ScheduleFields.CRON, body.get(ScheduleFields.CRON))
                    .with(ScheduleFields.ZONE, body.get(ScheduleFields.ZONE))
                    .with(ScheduleFields.DST, body.get(ScheduleFields.DST))
                    .with("count", 1));
        }
        return FIELDS.asStored(body, current == null ? Doc.empty() : current);
    }

    @Override
    public boolean isSame(Doc body, Doc stored) {
        return FIELDS.isSame(FIELDS.asStored(body, stored), stored);
    }

    /** @param question a pattern, and how many of its times */
    Doc times(Doc question) {
        return api.document(Request.of("POST", ALL + "/preview").json(question));
    }

    /** @param verb {@code pause} or {@code resume} */
    Doc tell(String ref, String verb, @Nullable String note) {
        var body = note == null ? Doc.empty() : Doc.empty().with("note", note);
        return naming(ref, () -> read(Request.of("POST", path(ref) + "/" + verb).json(body)));
    }

    /**
     * Submits exactly once.
     *
     * @param verb {@code trigger} or {@code backfill}
     */
    Doc submit(String ref, String verb, Doc body) {
        var request = Request.of("POST", path(ref) + "/" + verb)
                .json(body)
                .idempotent(UUID.randomUUID().toString());
        return naming(ref, () -> api.document(request));
    }

    /** @param time in RFC 3339 */
    Doc tick(String ref, String time) {
        return naming(ref, () -> api.get(path(ref) + "/ticks/" + Request.encode(time)));
    }

    static String path(String ref) {
        return ALL + "/" + Request.part(ref);
    }

    private Doc read(Request request) {
        return api.call(request, response -> {
            var schedule = response.doc();
            response.header("ETag").ifPresent(tag -> tags.put(schedule.text("id"), tag));
            return schedule;
        });
    }

    private <T> T namingFunction(Doc body, Supplier<T> call) {
        return new Functions(api).naming(body.text(ScheduleFields.FUNCTION), call);
    }

    /** Calls with {@code ref}; the failure suggests a name when there is no such schedule. */
    <T> T naming(String ref, Supplier<T> call) {
        try {
            return call.get();
        } catch (ApiFailure e) {
            throw Suggestion.ifMissing(
                    e, "schedule", ref, () -> api.retryFor(Duration.ZERO).list(ALL, 500), Field.NAME, LIST);
        }
    }
}
