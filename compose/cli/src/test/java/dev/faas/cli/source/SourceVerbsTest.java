package dev.faas.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceVerbsTest extends StubFixture {
    private static final String ALL = "/v1/sources";
    private static final String ORDERS = ALL + "/orders";

    private static String source(String members) throws IOException {
        var source = Sources.FIELDS
                .withDefaults(Doc.parse("""
                        {"name":"orders","function":"bill","subject":"orders.*"}"""))
                .with("id", "src_1")
                .with("state", "running")
                .with("lag", 3)
                .with("lastError", null);
        source.fields().putAll(Doc.parse("{%s}".formatted(members)).fields());
        return Doc.compact(source);
    }

    private List<String> sent(String method) {
        return server.received().stream()
                .filter(request -> request.method().equals(method))
                .map(StubServer.Received::body)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --body pointer --pointer /a   | "body":{"as":"pointer","pointer":"/a"}
            --default x                   | "body":{"default":"x"}
            --max-in-flight 8             | "maxInFlight":8
            --paused                      | "paused":true
            """)
    void givenAFlag_whenASourceIsCreated_thenItsFieldIsSent(String flags, String field) throws IOException {
        server.on("POST", ALL, 201, source(""));

        assertThat(run("source create orders --function bill --subject orders.* " + flags))
                .isEqualTo(new ClientRun(0, "", "Created orders. It is running.\n"));
        assertThat(sent("POST"))
                .containsExactly(
                        "{\"name\":\"orders\",\"function\":\"bill\",\"subject\":\"orders.*\",%s}".formatted(field));
    }

    @Test
    void whenSourcesAreListedShownAndUpdated_thenTheirStateIsPrinted() throws IOException {
        server.on("GET", ALL, 200, StubServer.page(source("")))
                .on("GET", ORDERS, 200, source("\"lastError\":\"queue_full\""))
                .on("PUT", ORDERS, 200, source(""));

        assertThat(run("source list").out()).isEqualTo("orders\torders.*\tbill\trunning\t3\n");
        assertThat(run("source get orders").out()).contains("running").contains("queue_full");
        assertThat(run("source update orders --max-in-flight 8").exit()).isEqualTo(Exit.OK);
        assertThat(sent("PUT").getFirst()).contains("\"maxInFlight\":8");
    }

    @ParameterizedTest
    @CsvSource({"pause, Paused, paused", "resume, Resumed, running"})
    void givenSeveralSources_whenTheyArePausedOrResumed_thenOneThatIsMissingStopsNoOther(
            String verb, String done, String state) throws IOException {
        server.on("POST", ALL + "/x/" + verb, 404, "{\"code\":\"source_not_found\"}")
                .on("GET", ALL, 200, StubServer.page(source("")))
                .on("POST", ORDERS + "/" + verb, 200, source("\"state\":\"%s\"".formatted(state)));

        var run = run("source %s x orders".formatted(verb));

        assertThat(run.exit()).isEqualTo(Exit.NOT_FOUND);
        assertThat(run.err())
                .contains("no source \"x\" (source_not_found)")
                .contains("%s orders. It is %s.".formatted(done, state));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orders.new hello   | hello
            orders.new         | ''
            """)
    void whenAMessageIsPublished_thenItIsSentAsItIsAndItsNumberIsPrinted(String words, String body) {
        server.on("POST", "/v1/subjects/orders.new", 202, "{\"sequence\":17}");

        assertThat(run("subject publish " + words)).isEqualTo(new ClientRun(0, "17\n", ""));

        assertThat(sent("POST")).containsExactly(body);
    }

    @Test
    void whenADestinationOnASubjectIsCreated_thenNoSecretIsPrinted() {
        server.on("POST", "/v1/destinations", 201, """
                {"id":"dst_1","name":"bus","kind":"subject","url":null,"function":null,"subject":"ends","enabled":true}""");

        assertThat(run("destination create bus --subject ends --events activation.succeeded"))
                .isEqualTo(new ClientRun(0, "", "Created bus. It is enabled.\n"));

        assertThat(sent("POST"))
                .containsExactly("{\"name\":\"bus\",\"subject\":\"ends\",\"events\":[\"activation.succeeded\"],"
                        + "\"kind\":\"subject\",\"format\":\"cloudevents-structured\"}");
    }
}
