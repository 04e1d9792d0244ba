package dev.faas.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.Doc;
import dev.faas.cli.destination.Destinations;
import dev.faas.cli.function.Functions;
import dev.faas.cli.hook.Hooks;
import dev.faas.cli.schedule.Schedules;
import dev.faas.cli.source.Sources;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The client's tables of fields are the server's. */
class FieldsTest {
    static List<Fields> kinds() {
        return List.of(Functions.FIELDS, Schedules.FIELDS, Hooks.FIELDS, Sources.FIELDS, Destinations.FIELDS);
    }

    private static Map<String, Doc> schemas(Fields kind) throws IOException {
        var api = ApiDocument.read();
        var schemas = new TreeMap<String, Doc>();
        var definition = kind.kind().substring(0, 1).toUpperCase(Locale.ROOT)
                + kind.kind().substring(1) + "Definition";
        var members = api.schema(definition).doc("properties");
        for (var name : members.fields().keySet()) {
            var schema = api.resolve(members.doc(name));
            var inner = schema.doc("properties");
            inner.fields().keySet().forEach(each -> schemas.put(name + "." + each, api.resolve(inner.doc(each))));
            if (inner.fields().isEmpty()) {
                schemas.put(name, schema);
            }
        }
        return schemas;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theFieldsAreThose(Fields kind) throws IOException {
        var paths = new ArrayList<>(kind.ofServer());
        kind.all().forEach(field -> paths.add(field.path()));

        assertThat(paths).containsExactlyInAnyOrderElementsOf(schemas(kind).keySet());
    }

    /** But the default of a function's mode, which the platform's operator chooses. */
    @ParameterizedTest
    @MethodSource("kinds")
    void theDefaultIsTheServers(Fields kind) throws IOException {
        var schemas = schemas(kind);
        assertThat(kind.all().stream().filter(field -> !field.path().equals("mode")))
                .allSatisfy(field -> assertThat(field.fallback())
                        .as(field.path())
                        .isEqualTo(fallback(schemas.getOrDefault(field.path(), Doc.empty()))));
    }

    private static @Nullable Object fallback(Doc schema) {
        boolean isMap = schema.texts("type").contains("object");
        return schema.get("default") == null && isMap ? Map.of() : schema.get("default");
    }
}
