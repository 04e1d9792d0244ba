package dev.faas.audit;

import dev.faas.http.content.AcceptFilter;
import dev.faas.http.paging.Page;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the audit log of a service, {@code /v1/admin/audit/auth} or {@code …/registry}: newest first as a list, oldest first as an
 * export.
 */
public final class AuditRoutes {
    private static final String NDJSON = "application/x-ndjson";
    private static final int EXPORTED_AT_ONCE = 500;
    private static final Pattern SEQ = Pattern.compile("[0-9]{1,18}");

    private final AuditStore audit;
    private final String path;

    public AuditRoutes(AuditStore audit) {
        this.audit = audit;
        this.path = "/v1/admin/audit/" + audit.service();
    }

    public void add(Router on, AdminGuard admins) {
        admins.on(on.get(path).handler(AcceptFilter.json())).respond(this::list);
        admins.on(on.get(path + "/export").handler(AcceptFilter.of(NDJSON))).handler(this::export);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var filter = filter(ctx, errors);
        var page = Page.of(ctx, filter.scope(), key -> SEQ.matcher(key).matches(), errors);
        var before = page.after() == null ? Long.MAX_VALUE : Long.parseLong(page.after());
        return audit.findBefore(filter, before, page.fetchLimit())
                .map(found -> page.answer(ctx, found, row -> row, row -> Long.toString(row.seq())));
    }

    private void export(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var filter = filter(ctx, errors);
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        exportAfter(ctx, filter, 0).onFailure(failure -> {
            if (ctx.response().headWritten()) {
                // The client must not take a part for the whole.
                ctx.request().connection().close();
            } else {
                ctx.fail(failure);
            }
        });
    }

    /** Reads on when the client has taken what was read before. */
    private Future<Void> exportAfter(RoutingContext ctx, AuditFilter filter, long seq) {
        return audit.findAfter(filter, seq, EXPORTED_AT_ONCE).compose(rows -> {
            var response = ctx.response();
            if (!response.headWritten()) {
                response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, NDJSON);
            }
            var lines = Buffer.buffer();
            rows.forEach(row -> lines.appendBuffer(Json.encodeToBuffer(row)).appendString("\n"));
            return rows.size() < EXPORTED_AT_ONCE
                    ? response.end(lines)
                    : response.write(lines)
                            .compose(sent ->
                                    exportAfter(ctx, filter, rows.getLast().seq()));
        });
    }

    private static AuditFilter filter(RoutingContext ctx, List<Problem.FieldError> errors) {
        var query = ctx.queryParams();
        for (var name : List.of("actor", "action", "target", "project", "outcome")) {
            var text = query.get(name);
            if (text != null && text.indexOf('\0') >= 0) {
                errors.add(new Problem.FieldError(name, "must be a text without NUL"));
            }
        }
        return new AuditFilter(
                query.get("actor"),
                query.get("action"),
                query.get("target"),
                query.get("project"),
                query.get("outcome"),
                time("since", query.get("since"), errors),
                time("until", query.get("until"), errors));
    }

    private static @Nullable Instant time(String name, @Nullable String text, List<Problem.FieldError> errors) {
        try {
            var time = text == null ? null : OffsetDateTime.parse(text);
            if (time == null || (time.getYear() >= 1970 && time.getYear() < 10_000)) {
                return time == null ? null : time.toInstant();
            }
        } catch (DateTimeException noTime) {
            // the message below covers this case
        }
        errors.add(new Problem.FieldError(name, "must be a time such as 2026-01-31T12:00:00Z"));
        return null;
    }
}
