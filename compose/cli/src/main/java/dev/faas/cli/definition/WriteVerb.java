package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A verb with a flag per field. */
public abstract class WriteVerb extends Verb {
    private final Fields fields;

    @Option(
            names = "--from",
            order = 1,
            paramLabel = "FILE",
            description = "Begin with the definition in this YAML or JSON file; - for standard input. Flags win.")
    private @Nullable String from;

    protected WriteVerb(Fields fields) {
        this.fields = fields;
    }

    /** The definition in {@code --from}; empty without it. */
    protected final Doc begin(String name) throws IOException {
        return from == null
                ? Doc.empty()
                : DefinitionFiles.readOne(from, fields, name).body();
    }

    protected final void applyFlags(Session session, Doc thing) {
        FieldFlags.apply(spec(), fields, thing, (field, given) -> values(session, field, given));
    }

    /** What is set for the values that a flag was given. */
    protected List<String> values(Session session, Field field, List<String> given) {
        return given;
    }

    /** Creates it from {@code --from} and the flags. */
    protected final Doc create(Session session, Resources things, String name) throws IOException {
        var body = begin(name);
        body.with(Field.NAME, name);
        applyFlags(session, body);
        requireFields(body);
        try {
            return things.create(body);
        } catch (ApiFailure e) {
            throw e.code().equals("name_taken")
                    ? e.explained(
                            "there is a %s \"%s\"".formatted(fields.kind(), name),
                            List.of("Change it: faas %s update %s".formatted(fields.kind(), name)))
                    : fields.namingFlags(e, Map.of(Field.NAME, "NAME"));
        }
    }

    private void requireFields(Doc body) {
        for (var path : fields.required()) {
            if (body.get(path) == null) {
                throw Failure.usage(
                        "a %s needs %s".formatted(fields.kind(), word(path)),
                        "Give it by %s, or in a file: --from FILE"
                                .formatted(fields.at(path).orElseThrow().flag()));
            }
        }
    }

    private static String word(String path) {
        return path.endsWith("s") ? path : "a " + path;
    }

    /**
     * Changes what {@code --from} and the flags say.
     *
     * @param unset fields that get their defaults
     * @param updated reports the change
     */
    protected final int update(
            Session session, Resources things, String name, List<String> unset, Consumer<Doc> updated)
            throws IOException {
        var file = begin(name);
        try {
            var result = things.update(things.get(name), current -> change(session, current, file, unset));
            if (result.hasChanged()) {
                updated.accept(result.stored());
            } else {
                session.output().note("%s has these values already; nothing was changed.".formatted(name));
            }
        } catch (ApiFailure e) {
            throw fields.namingFlags(e, Map.of());
        }
        return Exit.OK;
    }

    /**
     * What an update makes of {@code current}.
     *
     * @param file of {@link #begin}
     * @param unset fields that get their defaults
     */
    private Doc change(Session session, Doc current, Doc file, List<String> unset) {
        var next = from == null ? current : new Doc(new LinkedHashMap<>(file.fields()));
        next.with(Field.NAME, current.text(Field.NAME));
        FieldFlags.unset(fields, next, unset);
        applyFlags(session, next);
        return next;
    }
}
