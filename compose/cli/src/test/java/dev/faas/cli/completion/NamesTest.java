package dev.faas.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun.Setup;
import dev.faas.cli.StubServer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is completed where: names that only the platform has. */
class NamesTest {
    @AutoClose
    private final StubServer server = new StubServer()
            .on("GET", "/v1/auth/keys", 200, "{\"items\":[{\"keyId\":\"key_1\",\"name\":\"ci\"}]}")
            .on("GET", "/v1/secrets", 200, "{\"items\":[{\"name\":\"db\",\"usedBy\":[\"resize\"]}]}")
            .on("GET", "/v1/schedules", 200, "{\"items\":[{\"name\":\"nightly\",\"function\":\"report\"}]}")
            .on("GET", "/v1/hooks", 200, "{\"items\":[{\"name\":\"push\",\"function\":\"build\"}]}")
            .on("GET", "/v1/destinations", 200, "{\"items\":[{\"name\":\"erp\",\"url\":\"https://erp.example/x\"}]}")
            .on(
                    "GET",
                    "/v1/deliveries",
                    200,
                    "{\"items\":[{\"deliveryId\":\"dlv_1\",\"type\":\"webhook.test\",\"state\":\"failed\"}]}")
            .on(
                    "GET",
                    "/v1/batches",
                    200,
                    "{\"items\":[{\"batchId\":\"bat_1\",\"state\":\"closed\",\"function\":{\"name\":\"report\"}}]}")
            .on(
                    "GET",
                    "/v1/jobs",
                    200,
                    "{\"items\":[{\"jobId\":\"job_1\",\"action\":\"cancel\",\"state\":\"running\"}]}")
            .on("GET", "/v1/functions", 200, "{\"items\":[{\"name\":\"report\",\"image\":\"busybox\"}]}")
            .on("GET", "/v1/auth/sessions", 200, "{\"items\":[{\"sid\":\"sid_1\",\"client\":\"faas-cli\"}]}")
            .on("GET", "/v1/admin/users", 200, "{\"items\":[{\"username\":\"anna\",\"state\":\"active\"}]}")
            .on("GET", "/v1/admin/invitations", 200, "{\"items\":[{\"id\":\"inv_1\",\"username\":null}]}");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            key delete k | key_1 ci | /v1/auth/keys
            secret delete d | db resize | /v1/secrets
            secret set d | db resize | /v1/secrets
            fn create x --secret d | db resize | /v1/secrets
            schedule pause n | nightly report | /v1/schedules
            schedule ticks n | nightly report | /v1/schedules
            schedule create n | '' | ''
            schedule create x --function r | report busybox | /v1/functions
            hook rotate p | push build | /v1/hooks
            hook requests p | push build | /v1/hooks
            hook create x --function r | report busybox | /v1/functions
            destination rotate e | erp https://erp.example/x | /v1/destinations
            delivery list --destination e | erp https://erp.example/x | /v1/destinations
            delivery redeliver d | dlv_1 webhook.test failed | /v1/deliveries
            job stop j | job_1 cancel running | /v1/jobs
            batch items b | bat_1 report closed | /v1/batches
            destination create e | '' | ''
            schedule list --state pa | paused | ''
            sessions end s | sid_1 faas-cli | /v1/auth/sessions
            admin user disable a | anna active | /v1/admin/users
            admin user logout a | anna active | /v1/admin/users
            admin audit --action invitation.d | invitation.delete | ''
            admin user delete a | anna active | /v1/admin/users
            admin quota set a | anna active | /v1/admin/users
            quota a | anna active | /v1/admin/users
            admin audit --actor a | anna active | /v1/admin/users
            admin invitation delete i | inv_1 | /v1/admin/invitations
            key create k | '' | ''
            invoke x --idempotency-key k | '' | ''
            key create ci --scope read,i | read,invoke | ''
            admin settings --registration cl | closed | ''
            admin quota set anna --limit fun | functions= | ''
            password re | reset Set a new password with a code that an admin made. | ''
            """)
    void aWordIsCompletedByWhatThePlatformHas(String typed, String completed, String asked) {
        var words = Stream.concat(Stream.of("__complete", "--"), Arrays.stream(typed.split(" ")))
                .toArray(String[]::new);

        // The limit of 150 ms has a test of its own.
        var run = Setup.at(server).with("FAAS_COMPLETION_MS", "10000").run(words);

        assertThat(run.out().replace('\t', ' ').stripTrailing()).isEqualTo(completed);
        assertThat(server.received())
                .extracting(call -> call.path().replaceFirst("\\?.*", ""))
                .isEqualTo(asked.isEmpty() ? List.of() : List.of(asked));
    }
}
