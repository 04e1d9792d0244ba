package dev.faas.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Exit;
import dev.faas.cli.StubFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobVerbsTest extends StubFixture {
    private static final String JOB = """
            {"jobId":"job_1","action":"cancel","filter":{"function":"f","status":["queued"]},"state":"%s","matched":100000,
            "done":41250,"failed":3,"batchId":null,"createdAt":"2026-11-24T10:00:00.000Z","endedAt":null}""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            job cancel --function f --status queued,running | /v1/jobs | {'action':'cancel','filter':{'function':'f','status':['queued','running']}}
            job cancel --trigger sch_1 --batch bat_1 | /v1/jobs | {'action':'cancel','filter':{'trigger':'sch_1','batch':'bat_1'}}
            job cancel --all | /v1/jobs | {'action':'cancel','filter':{'all':true}}
            job replay --reason signal --tag a=b --since 2026-01-31 | /v1/jobs | {'action':'replay','filter':{'reason':['signal'],'since':'2026-01-31T00:00:00Z','tag':['a:b']}}
            job redeliver --destination erp --state failed | /v1/jobs | {'action':'redeliver','filter':{'destination':'dst_1','state':'failed'}}
            dead-letter redrive --function f | /v1/dead-letters/redrive | {'filter':{'function':'f'}}
            dead-letter dismiss --reason queue_ttl | /v1/dead-letters/dismiss | {'filter':{'reason':['queue_ttl']}}
            """)
    void givenAFilter_whenAJobIsMade_thenItIsSentWithAKeyAndTheJobIsNamed(String typed, String path, String body) {
        server.on("POST", path, 202, "{\"jobId\":\"job_1\"}")
                .on("GET", "/v1/destinations/erp", 200, "{\"id\":\"dst_1\",\"name\":\"erp\"}");

        assertThat(run(typed)).isEqualTo(new ClientRun(0, "job_1\n", "See: faas job get job_1\n"));
        assertThat(server.received().getLast().body()).isEqualTo(body.replace('\'', '"'));
        assertThat(server.received().getLast().header("Idempotency-Key")).isNotNull();
    }

    @Test
    void givenADryRun_whenAJobIsAskedFor_thenTheCountIsShown() {
        server.on("POST", "/v1/jobs", 200, "{\"matched\":7}");

        assertThat(run("job cancel --function f --dry-run")).isEqualTo(new ClientRun(0, "7\n", "Nothing was done.\n"));
        assertThat(server.received().getLast().body())
                .isEqualTo("{\"action\":\"cancel\",\"filter\":{\"function\":\"f\"},\"dryRun\":true}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"job cancel", "job replay --dry-run", "job cancel --all --function f", "dead-letter dismiss"})
    void givenNoFilterOrTooMuch_whenAJobIsAskedFor_thenItIsUsage(String typed) {
        assertThat(run(typed).exit()).isEqualTo(Exit.USAGE);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void givenAJob_whenReadListedAndStopped_thenItIsShown() {
        server.on("GET", "/v1/jobs/job_1", 200, JOB.formatted("running"))
                .on("GET", "/v1/jobs", 200, "{\"items\":[" + JOB.formatted("running") + "],\"next\":null}")
                .on("DELETE", "/v1/jobs/job_1", 202, JOB.formatted("stopping"));

        assertThat(run("job get job_1").out()).isEqualTo("""
                job:              job_1
                action:           cancel
                filter:           {"function":"f","status":["queued"]}
                state:            running
                matched:          100000
                done:             41250
                failed:           3
                created:          2026-11-24T10:00:00.000Z
                """);
        assertThat(run("job list").out()).contains("job_1\tcancel\trunning\t100000\t41250\t3\t");
        assertThat(run("job stop job_1").out()).isEqualTo("job_1 is stopping\n");
    }

    @Test
    void givenDeadLetters_whenListed_thenTheFlagsAreTheQuery() {
        server.on("GET", "/v1/dead-letters", 200, """
                {"items":[{"activationId":"a1","function":{"name":"f"},"status":"failed","reason":"exit_code"}],"next":null}""");

        assertThat(run("dead-letter list --function f --reason exit_code -o name")
                        .out())
                .isEqualTo("a1\n");
        assertThat(server.received().getLast().path()).contains("function=f&reason=exit_code");
    }
}
