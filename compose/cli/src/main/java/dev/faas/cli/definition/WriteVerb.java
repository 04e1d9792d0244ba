package dev.faas.cli.definition;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** What an update makes of {@code current}.
     *
     * @param file of {@link #begin}
     * @param unset fields that get their defaults
     */
    protected final Doc change(Session session, Doc current, Doc file, List<String> unset) {
        var next = from == null ? current : new Doc(new LinkedHashMap<>(file.fields()));
        next.with(Field.NAME, current.text(Field.NAME));
        FieldFlags.unset(fields, next, unset);
        applyFlags(session, next);
        return next;
    }
}
