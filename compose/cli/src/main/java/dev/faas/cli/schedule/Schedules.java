package dev.faas.cli.schedule;

import dev.faas.cli.Doc;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.NamedResources;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The caller's schedules on the platform. */
public final class Schedules extends NamedResources {
    public static final Fields FIELDS = ScheduleFields.TABLE;

    static final String ALL = "/v1/schedules";

    public Schedules(Api api) {
        super(api, FIELDS, ALL);
    }

    /** The number of remaining actions goes down by itself: unless it is to be another one, the server keeps it. */
    @Override
    protected Doc replacement(Doc body, Doc read) {
        var replacement = super.replacement(body, read);
        var name = ScheduleFields.REMAINING;
        if (String.valueOf(replacement.get(name)).equals(String.valueOf(read.get(name)))) {
            replacement.fields().remove(name);
        }
        return replacement;
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
        return super.preview(body, current);
    }

    @Override
    protected <T> T explaining(Doc body, Supplier<T> call) {
        return new Functions(api()).naming(body.text(ScheduleFields.FUNCTION), call);
    }

    /** @param question a pattern, and how many of its times */
    Doc times(Doc question) {
        return api().document(Request.of("POST", ALL + "/preview").json(question));
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
        return naming(ref, () -> api().document(request));
    }

    /** @param time in RFC 3339 */
    Doc tick(String ref, String time) {
        return naming(ref, () -> api().get(path(ref) + "/ticks/" + Request.encode(time)));
    }

    /** @param take takes a page of them, and returns whether it takes more */
    void eachTick(String ref, String query, int limit, Predicate<List<Doc>> take) {
        naming(ref, () -> {
            api().eachPage(path(ref) + "/ticks" + query, limit, take);
            return true;
        });
    }
}
