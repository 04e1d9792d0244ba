package dev.faas.system.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests openapi.yaml itself: valid, complete, and with the codes of the source. ContractIT tests the services against it. */
class ApiYamlTest {
    private static final Pattern CODE_OF_A_PROBLEM = Pattern.compile(
            "(?:Problem\\.of|\\bof|new Problem|tooLarge)\\(\\s*(?:\\d{3},\\s*)?\"([a-z]+(?:_[a-z]+)*)\",\\s*\"[A-Z]");

    /** As a key, or as the last value of a line or list. */
    private static final Pattern BOOLEAN_OF_OLD = Pattern.compile(
            "(?:^ *|[{,] )(?:on|off|yes|no):|(?:^ *-|: ?\\[|, )\\s*(?:on|off|yes|no)\\s*(?:$|[],])|: (?:on|off|yes|no)$");

    private final ApiYaml yaml = ApiYaml.load();

    @Test
    void givenTheDocument_whenLoaded_thenItIsValidOpenApi31() {
        assertThat(ContractChecker.contract().openApi().getVersion()).isEqualTo(OpenAPIVersion.V3_1);
        assertThat(yaml.document().getString("openapi")).startsWith("3.1.");
    }

    @Test
    void givenEachOperation_whenRead_thenItHasANameOfItsOwnASummaryATagAndAnAnswerThatIsGood() {
        var names = new ArrayList<String>();
        for (var path : yaml.paths().fieldNames()) {
            yaml.operations(path).forEach((method, operation) -> {
                var where = method + " " + path;
                names.add(operation.getString("operationId", ""));
                assertThat(operation.getString("summary", "")).as(where).isNotBlank();
                assertThat(operation.getString("description", "")).as(where).isNotBlank();
                assertThat(operation.getJsonArray("tags", new JsonArray()))
                        .as(where)
                        .hasSize(1);
                assertThat(operation.getJsonObject("responses").fieldNames())
                        .as(where)
                        .anyMatch(status -> status.startsWith("2"));
            });
        }
        assertThat(names).doesNotContain("").doesNotHaveDuplicates().hasSizeGreaterThan(20);
    }

    @Test
    void givenEachBody_whenRead_thenItHasAnExample() {
        var without = new ArrayList<String>();
        for (var path : yaml.paths().fieldNames()) {
            yaml.operations(path).forEach((method, operation) -> {
                var bodies = new ArrayList<JsonObject>();
                bodies.add(operation.getJsonObject("requestBody", new JsonObject()));
                operation
                        .getJsonObject("responses")
                        .fieldNames()
                        .forEach(status -> bodies.add(yaml.answer(operation, status)));
                for (var body : bodies) {
                    var content = body.getJsonObject("content", new JsonObject());
                    content.fieldNames().stream()
                            // Binary bodies have no example.
                            .filter(type -> !type.equals(Dialect.BYTES))
                            .filter(type -> content.getJsonObject(type)
                                    .getJsonObject("examples", new JsonObject())
                                    .isEmpty())
                            .forEach(type -> without.add(method + " " + path + " " + type));
                }
            });
        }
        assertThat(without).isEmpty();
    }

    /** Every example of a request or response matches its schema. */
    @Test
    void givenEachExampleInJson_whenHeldAgainstItsSchema_thenItFits() {
        var checked = new HashSet<String>();
        forEachObject(yaml.document().getJsonObject("paths"), media -> check(media, checked));
        forEachObject(
                yaml.document().getJsonObject("components").getJsonObject("responses"), media -> check(media, checked));

        assertThat(checked).hasSizeGreaterThan(20);
    }

    private void check(JsonObject media, Set<String> checked) {
        var schema = media.getValue("schema") instanceof JsonObject object ? named(object) : "";
        if (schema.isEmpty() || !(media.getValue("examples") instanceof JsonObject examples)) {
            return;
        }
        for (var name : examples.fieldNames()) {
            var example = examples.getJsonObject(name);
            var value = (example.containsKey("$ref") ? yaml.at(example.getString("$ref")) : example).getValue("value");
            assertThat(ContractChecker.contract()
                            .schema(schema, Json.encode(value).getBytes(StandardCharsets.UTF_8)))
                    .as(name)
                    .isEmpty();
            checked.add(name + " " + schema);
        }
    }

    /** The component name of a schema: its own, or the first one in its allOf. */
    private static String named(JsonObject schema) {
        var reference =
                schema.containsKey("allOf") ? schema.getJsonArray("allOf").getJsonObject(0) : schema;
        return reference.getString("$ref", "").replace("#/components/schemas/", "");
    }

    @Test
    void givenEachReference_whenFollowed_thenSomethingIsThere_andNothingIsThereThatNobodyRefersTo() {
        var referred = new TreeSet<String>();
        forEachObject(yaml.document(), object -> {
            if (object.getValue("$ref") instanceof String reference) {
                referred.add(reference);
            }
        });
        var there = new TreeSet<String>();
        var components = yaml.document().getJsonObject("components");
        for (var kind : components.fieldNames()) {
            if (!kind.equals("securitySchemes")) {
                components
                        .getJsonObject(kind)
                        .fieldNames()
                        .forEach(name -> there.add("#/components/" + kind + "/" + name));
            }
        }

        assertThat(referred).isEqualTo(there);
    }

    @Test
    void givenTheCodesOfAllProblemsInTheCode_whenLookedFor_thenTheyAreInTheEnum() throws IOException {
        var enumerated = yaml.at("#/components/schemas/Code").getJsonArray("enum").stream()
                .map(String::valueOf)
                .toList();
        var inTheCode = new TreeSet<String>();
        for (var source : sources()) {
            var matcher = CODE_OF_A_PROBLEM.matcher(Files.readString(source));
            matcher.results().forEach(found -> inTheCode.add(found.group(1)));
        }

        assertThat(inTheCode).hasSizeGreaterThan(20).contains("internal", "result_expired", "argument_too_large");
        assertThat(enumerated).containsAll(inTheCode);
        assertThat(yaml.problems()).extracting(ApiYaml.Documented::code).isSubsetOf(inTheCode);
    }

    private static List<Path> sources() throws IOException {
        var project = Path.of("../..").toAbsolutePath().normalize();
        try (var all = Files.walk(project)) {
            return all.filter(path -> path.toString().contains("-verticle/src/main/java")
                            || path.toString().contains("shared/src/main/java"))
                    .filter(path -> path.toString().endsWith(".java"))
                    .toList();
        }
    }

    /**
     * What generators and older YAML readers misunderstand: {@code on}, {@code yes} and the like without quotes are booleans to YAML
     * 1.1; a member that can only be null has no class; neither has a set of an enum without a name.
     */
    @Test
    void givenTheDocument_whenACommonGeneratorReadsIt_thenItsCodeCompiles() throws IOException {
        assertThat(Files.readAllLines(Path.of("../../gateway-verticle/src/main/resources/openapi.yaml")))
                .noneMatch(line -> BOOLEAN_OF_OLD.matcher(line).find());
        forEachObject(yaml.document().getJsonObject("components"), schema -> {
            if (schema.getValue("properties") instanceof JsonObject properties) {
                assertThat(children(properties))
                        .as(schema::encode)
                        .noneMatch(property ->
                                property instanceof JsonObject each && "null".equals(each.getValue("type")));
            }
            boolean isSet = Boolean.TRUE.equals(schema.getValue("uniqueItems"));
            assertThat(isSet && schema.getJsonObject("items").containsKey("enum"))
                    .as(schema::encode)
                    .isFalse();
        });
    }

    private static void forEachObject(Object value, Consumer<JsonObject> action) {
        if (value instanceof JsonObject object) {
            action.accept(object);
            children(object).forEach(child -> forEachObject(child, action));
        } else if (value instanceof JsonArray array) {
            array.forEach(child -> forEachObject(child, action));
        }
    }

    private static Stream<Object> children(JsonObject object) {
        return object.fieldNames().stream().map(object::getValue);
    }
}
