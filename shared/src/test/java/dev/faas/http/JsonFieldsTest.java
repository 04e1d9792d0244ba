package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.wire.Problem.FieldError;
import dev.faas.wire.ProblemException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {
    private static final Pattern NAME = Pattern.compile("[a-z]+");

    private enum Delivery {
        AT_LEAST_ONCE,
        AT_MOST_ONCE
    }

    @Test
    void whenEveryFieldFitsThenItIsRead() {
        var fields = fields("""
                {"name": "abc", "count": 3, "cpus": 0.5, "on": true, "limits": {"memoryMb": 64}, "command": ["a", ""],
                 "env": {"A": "1"}, "delivery": "at-most-once", "retry": ["x", "y"], "id": 7, "none": null,
                 "title": "häß😀"}""");

        assertThat(fields.text("name", NAME, "be lower-case")).isEqualTo("abc");
        assertThat(fields.text("title", 1, 4)).isEqualTo("häß😀");
        assertThat(fields.integer("count", 1, 0, 5)).isEqualTo(3);
        assertThat(fields.decimal("cpus", 1, 0, 2)).isEqualTo(0.5);
        assertThat(fields.flag("on", false)).isTrue();
        assertThat(fields.object("limits").orElseThrow().integer("memoryMb", 128, 1, 100))
                .isEqualTo(64);
        assertThat(fields.texts("command", 2, 10)).containsExactly("a", "");
        assertThat(fields.textMap("env", 2, Pattern.compile("[A-Z]+"), "be upper-case", 10))
                .isEqualTo(Map.of("A", "1"));
        assertThat(fields.choice("delivery", Delivery.class, Delivery.AT_LEAST_ONCE))
                .isEqualTo(Delivery.AT_MOST_ONCE);
        assertThat(fields.choices("retry", Map.of("x", 1, "y", 2), List.of())).containsExactly(1, 2);
        assertThat(fields.optionalText("none", 5)).isEmpty();
        fields.ignore("id");
        fields.requireValid();
    }

    @Test
    void whenAKeyIsHalfASurrogatePairThenItIsReportedInAFormThatCanBeWritten() {
        var fields = fields("{\"tags\": {\"\\ud800\": \"x\", \"a\\u0000\": \"y\"}}");
        fields.textMap("tags", 5, Pattern.compile("(?s).+"), "be", 100);

        assertThat(errors(fields)).extracting(FieldError::field).containsExactly("tags.?", "tags.a?");
    }

    @Test
    void whenAnItemOfAListIsWrongThenTheRestIsNotTakenForTheList() {
        var fields = fields("{\"command\": [\"a\", 5], \"retry\": [\"x\", \"z\"]}");

        assertThat(fields.optionalTexts("command", 5, 10)).isEmpty();
        assertThat(fields.choices("retry", Map.of("x", 1, "y", 2), List.of(9))).containsExactly(9);
        assertThat(errors(fields)).extracting(FieldError::field).containsExactly("command[1]", "retry[1]");
    }

    @Test
    void whenFieldsAreAbsentThenTheDefaultsHold() {
        var fields = fields("{}");

        assertThat(fields.integer("count", 1, 0, 5)).isEqualTo(1);
        assertThat(fields.optionalInteger("count", 0, 5)).isEmpty();
        assertThat(fields.decimal("cpus", 1.5, 0, 2)).isEqualTo(1.5);
        assertThat(fields.flag("on", true)).isTrue();
        assertThat(fields.object("limits")).isEmpty();
        assertThat(fields.texts("command", 2, 10)).isEmpty();
        assertThat(fields.optionalTexts("command", 2, 10)).isEmpty();
        assertThat(fields.textMap("env", 2, NAME, "", 10)).isEmpty();
        assertThat(fields.choice("delivery", Delivery.class, Delivery.AT_LEAST_ONCE))
                .isEqualTo(Delivery.AT_LEAST_ONCE);
        assertThat(fields.choices("retry", Map.of("x", 1), List.of(9))).containsExactly(9);
        fields.requireValid();
    }

    @Test
    void whenSeveralFieldsAreWrongThenAllAreReportedWithTheirPaths() {
        var fields = fields("""
                {"name": "ABC", "count": 9, "limits": {"memoryMb": "x", "unknown": 1}, "command": ["ok", 5, "too long"],
                 "env": {"a-b": "1", "c": 2}, "delivery": "never", "retry": ["x", "z"], "other": {}, "on": "true",
                 "cpus": 1e400}""");
        fields.text("name", NAME, "be lower-case");
        fields.text("image", 1, 10);
        fields.integer("count", 1, 0, 5);
        fields.object("limits").orElseThrow().integer("memoryMb", 128, 1, 100);
        fields.texts("command", 3, 4);
        fields.textMap("env", 2, NAME, "be lower-case", 10);
        fields.choice("delivery", Delivery.class, Delivery.AT_LEAST_ONCE);
        fields.choices("retry", Map.of("x", 1, "y", 2), List.of());
        fields.flag("on", false);
        fields.decimal("cpus", 1, 0, 2);
        fields.requiredInteger("revision", 1, 5);
        fields.addError("timeout", "does not go with it");

        assertThat(errors(fields))
                .containsExactly(
                        new FieldError("name", "must be lower-case"),
                        new FieldError("image", "is required"),
                        new FieldError("count", "must be a whole number from 0 to 5"),
                        new FieldError("limits.memoryMb", "must be a whole number from 1 to 100"),
                        new FieldError("command[1]", "must be a text of at most 4 characters, without NUL"),
                        new FieldError("command[2]", "must be a text of at most 4 characters, without NUL"),
                        new FieldError("env.a-b", "its key must be lower-case"),
                        new FieldError("env.c", "must be a text of at most 10 characters, without NUL"),
                        new FieldError("delivery", "must be at-least-once or at-most-once"),
                        new FieldError("retry[1]", "must be x or y"),
                        new FieldError("on", "must be true or false"),
                        new FieldError("cpus", "must be a number from 0.0 to 2.0"),
                        new FieldError("revision", "is required"),
                        new FieldError("timeout", "does not go with it"),
                        new FieldError("other", "is not a field of this request"),
                        new FieldError("limits.unknown", "is not a field of this request"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e2", "\"1\"", "true", "99999999999999999999", "[1]"})
    void whenANumberIsNotWholeThenItIsRefused(String value) {
        var fields = fields("{\"n\": " + value + "}");
        fields.integer("n", 1, 0, 1000);

        assertThat(errors(fields)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000b", "\\ud800", "x\\udc00y"})
    void whenATextHasNulOrHalfASurrogateThenItIsRefused(String value) {
        var fields = fields("{\"t\": \"" + value + "\", \"m\": {\"k\": \"" + value + "\"}}");
        fields.optionalText("t", 100);
        fields.textMap("m", 5, NAME, "be", 100);

        assertThat(errors(fields)).extracting(FieldError::field).containsExactly("t", "m.k");
    }

    @Test
    void whenAnUnknownNameIsOddThenItIsRepeatedInPrintableForm() {
        var fields = fields("{\"a\\u0000\\n\": 1, \"" + "b".repeat(100) + "\": 1}");

        assertThat(errors(fields)).extracting(FieldError::field).containsExactly("a??", "b".repeat(64) + "…");
    }

    @Test
    void whenManyFieldsAreUnknownThenTheFirstAreReported() {
        var unknown =
                IntStream.range(0, 20_000).mapToObj(i -> "\"u" + i + "\":1").collect(Collectors.joining(","));

        assertThat(errors(fields("{" + unknown + "}"))).hasSize(100);
    }

    @Test
    void whenAChoiceIsRepeatedThenItIsRefused() {
        var fields = fields("{\"retry\": [\"x\", \"x\"]}");
        fields.choices("retry", Map.of("x", 1, "y", 2), List.of());

        assertThat(errors(fields))
                .containsExactly(new FieldError("retry", "must be a list of x or y, each at most once"));
    }

    @Test
    void whenTheNodeIsNoObjectThenItIsRefused() {
        assertThatThrownBy(() -> JsonFields.of(JsonNodeFactory.instance.arrayNode()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().code()).isEqualTo("invalid_request"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":2}",
                "{\"a\":1} x",
                "{\"a\":1}{}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":01}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":1} // x",
                "{\"a\":\"\t\"}",
                "{\"a\":",
                "\uFEFF{\"a\":1}",
            })
    void whenTheBodyIsNotStrictJsonThenItIsMalformed(String body) {
        assertThat(codeOf(body.getBytes(StandardCharsets.UTF_8))).isEqualTo("malformed_json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "null", "\"x\"", " ", ""})
    void whenTheBodyIsJsonButNoObjectThenItIsInvalid(String body) {
        assertThat(codeOf(body.getBytes(StandardCharsets.UTF_8))).isEqualTo("invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32"})
    void whenTheBodyIsInAnotherUnicodeFormThenItIsMalformed(String charset) {
        assertThat(codeOf("{\"a\":1}".getBytes(Charset.forName(charset)))).isEqualTo("malformed_json");
    }

    @Test
    void whenTheBodyIsNotUtf8ThenItIsMalformed() {
        assertThat(codeOf("{\"a\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("malformed_json");
        // an overlong slash and an encoded surrogate
        assertThat(codeOf(new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'}))
                .isEqualTo("malformed_json");
        assertThat(codeOf(new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'}))
                .isEqualTo("malformed_json");
    }

    @ParameterizedTest
    @CsvSource({"32,fine", "33,malformed_json", "100000,malformed_json"})
    void whenTheBodyIsNestedDeepThenThereIsALimit(int depth, String outcome) {
        var body = "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);

        assertThat(codeOf(body.getBytes(StandardCharsets.UTF_8))).isEqualTo(outcome);
    }

    @Test
    void whenTheBodyIsMalformedThenTheMessageDoesNotRepeatIt() {
        var refused = catchThrowableOfType(
                ProblemException.class,
                () -> StrictJson.object("{\"password\": hunter2}".getBytes(StandardCharsets.UTF_8)));

        assertThat(refused.problem().detail())
                .doesNotContain("hunter2")
                .isEqualTo("The body is not JSON at line 1, column 14.");
    }

    private static JsonFields fields(String json) {
        return JsonFields.of(StrictJson.object(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<FieldError> errors(JsonFields fields) {
        return catchThrowableOfType(ProblemException.class, fields::requireValid)
                .problem()
                .errors();
    }

    private static String codeOf(byte[] body) {
        try {
            StrictJson.object(body);
            return "fine";
        } catch (ProblemException e) {
            return e.problem().code();
        }
    }
}
