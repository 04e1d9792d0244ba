package dev.faas.cli.destination;

import dev.faas.cli.Doc;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.NamedResources;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The caller's destinations on the platform. */
public final class Destinations extends NamedResources {
    public static final Fields FIELDS = DestinationFields.TABLE;

    static final String ALL = "/v1/destinations";
    private static final String ID = "dst_";

    public Destinations(Api api) {
        super(api, FIELDS, ALL);
    }

    @Override
    public Doc create(Doc body) {
        return super.create(withKind(body));
    }

    /** A null removes all headers; the server would let them stay. */
    @Override
    public Doc replace(Doc read, Doc body) {
        var next = withKind(body);
        var headers = DestinationFields.HEADERS;
        boolean removesHeaders = next.get(DestinationFields.FUNCTION) == null
                && next.get(DestinationFields.SUBJECT) == null
                && next.fields().containsKey(headers)
                && next.get(headers) == null;
        return super.replace(read, removesHeaders ? next.with(headers, Map.of()) : next);
    }

    /** A copy: what names a function or a subject and no kind is of that kind. */
    private static Doc withKind(Doc body) {
        var next = new Doc(new LinkedHashMap<>(body.fields()));
        for (var kind : List.of(DestinationFields.FUNCTION, DestinationFields.SUBJECT)) {
            if (next.get(kind) != null && next.get(DestinationFields.KIND) == null) {
                next = next.with(DestinationFields.KIND, kind);
            }
        }
        boolean hasUsualFormat =
                next.get(DestinationFields.SUBJECT) != null && next.get(DestinationFields.FORMAT) == null;
        return hasUsualFormat ? next.with(DestinationFields.FORMAT, "cloudevents-structured") : next;
    }

    @Override
    public Doc preview(Doc body, @Nullable Doc current) {
        return super.preview(withKind(body), current);
    }

    /** No response has the secret and the values of headers, so a definition that names them is never the same. */
    @Override
    public boolean isSame(Doc body, Doc stored) {
        boolean removesHeaders = body.fields().containsKey(DestinationFields.HEADERS)
                && !stored.texts(DestinationFields.HEADER_NAMES).isEmpty();
        return !removesHeaders && super.isSame(withKind(body), stored);
    }

    @Override
    protected boolean isCreated(Doc body, Doc stored) {
        var shown = new Doc(new LinkedHashMap<>(body.fields()));
        shown.fields().remove(DestinationFields.HEADERS);
        shown.fields().remove(DestinationFields.SECRET);
        return super.isCreated(shown, stored);
    }

    /** The id of a destination by its name or id; one that is deleted has its id only. */
    public String id(String ref) {
        return ref.startsWith(ID) ? ref : get(ref).text("id");
    }

    /** Sends a test event, and returns its delivery. */
    Doc test(String ref) {
        return naming(ref, () -> api().document(Request.of("POST", path(ref) + "/test")));
    }
}
