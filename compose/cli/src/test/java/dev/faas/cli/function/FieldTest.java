package dev.faas.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.Doc;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The client's table of fields is the server's. */
class FieldTest {
    private static final TreeMap<String, Doc> SCHEMAS = new TreeMap<>();

    @BeforeAll
    static void readTheServers() throws Exception {
        var api = ApiDocument.read();
        var members = api.schema("FunctionDefinition").doc("properties");
        for (var name : members.fields().keySet()) {
            var schema = api.resolve(members.doc(name));
            var inner = schema.doc("properties");
            inner.fields().keySet().forEach(each -> SCHEMAS.put(name + "." + each, api.resolve(inner.doc(each))));
            if (inner.fields().isEmpty()) {
                SCHEMAS.put(name, schema);
            }
        }
    }

    @Test
    void theFieldsAreThose() {
        var paths = new ArrayList<>(Field.OF_SERVER);
        Field.ALL.forEach(field -> paths.add(field.path()));

        assertThat(paths).containsExactlyInAnyOrderElementsOf(SCHEMAS.keySet());
    }

    static List<Field> fieldsWithADefault() {
        return Field.ALL.stream()
                .filter(field -> !field.path().equals(Field.MODE))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("fieldsWithADefault")
    void theDefaultIsTheServers(Field field) {
        assertThat(field.fallback()).isEqualTo(SCHEMAS.get(field.path()).get("default"));
    }
}
