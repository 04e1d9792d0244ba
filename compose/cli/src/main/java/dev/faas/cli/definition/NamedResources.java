package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Suggestion;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Things with a name, an entity tag and no revisions, such as schedules. Failures name what the user typed. */
public abstract class NamedResources implements Resources {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final int NAMES = 500;

    private final Api api;
    private final Fields fields;
    private final String all;
    /** The entity tags of what was read, by id: the documents do not have them. */
    private final Map<String, String> tags = new HashMap<>();

    /** @param all the path of their list */
    protected NamedResources(Api api, Fields fields, String all) {
        this.api = api;
        this.fields = fields;
        this.all = all;
    }

    protected final Api api() {
        return api;
    }

    @Override
    public final Fields fields() {
        return fields;
    }

    @Override
    public final String title(Doc stored) {
        return fields.kind() + "/" + stored.text(Field.NAME);
    }

    @Override
    public final Doc get(String ref) {
        return naming(ref, () -> read(api, Request.get(path(ref))));
    }

    @Override
    public final Optional<Doc> find(String name) {
        return find(api, name);
    }

    private Optional<Doc> find(Api with, String name) {
        try {
            return Optional.of(read(with, Request.get(path(name))));
        } catch (ApiFailure e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Doc create(Doc body) {
        return explaining(
                body,
                () -> Resources.createOnce(
                        () -> read(api, Request.of("POST", all).json(body)),
                        "name_taken",
                        () -> find(api.retryFor(LOOK_AGAIN), body.text(Field.NAME)),
                        stored -> isCreated(body, stored)));
    }

    @Override
    public Doc replace(Doc read, Doc body) {
        var name = read.text(Field.NAME);
        var request = Request.of("PUT", path(name))
                .header("If-Match", tags.getOrDefault(read.text("id"), "*"))
                .json(replacement(body, read));
        return explaining(body, () -> naming(name, () -> read(api, request)));
    }

    @Override
    public final void delete(String name) {
        naming(name, () -> api.document(Request.of("DELETE", path(name))));
    }

    @Override
    public Doc preview(Doc body, @Nullable Doc current) {
        return fields.asStored(body, current == null ? Doc.empty() : current);
    }

    @Override
    public boolean isSame(Doc body, Doc stored) {
        return fields.isSame(fields.asStored(body, stored), stored);
    }

    /** Whether {@code stored} is what a create with this body makes. */
    protected boolean isCreated(Doc body, Doc stored) {
        return isSame(body, stored);
    }

    /** What is sent in place of what was read. */
    protected Doc replacement(Doc body, Doc read) {
        return fields.withKept(body, read);
    }

    /** Calls with {@code body}; a subclass explains failures that come from what it names. */
    protected <T> T explaining(Doc body, Supplier<T> call) {
        return call.get();
    }

    /**
     * Acts on one of them.
     *
     * @param verb of the API, such as {@code pause}
     */
    public final Doc tell(String ref, String verb, Doc body) {
        return naming(
                ref, () -> read(api, Request.of("POST", path(ref) + "/" + verb).json(body)));
    }

    protected final String path(String ref) {
        return all + "/" + Request.part(ref);
    }

    private Doc read(Api with, Request request) {
        return with.call(request, response -> {
            var thing = response.doc();
            response.header("ETag").ifPresent(tag -> tags.put(thing.text("id"), tag));
            return thing;
        });
    }

    /** Calls with {@code ref}; the failure suggests a name when there is nothing of this name. */
    public final <T> T naming(String ref, Supplier<T> call) {
        try {
            return call.get();
        } catch (ApiFailure e) {
            throw Suggestion.ifMissing(
                    e,
                    fields.kind(),
                    ref,
                    () -> api.retryFor(Duration.ZERO).list(all, NAMES),
                    Field.NAME,
                    "faas %s list".formatted(fields.kind()));
        }
    }
}
