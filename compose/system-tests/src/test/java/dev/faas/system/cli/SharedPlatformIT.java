package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the first admin of a shared platform and those they invite type, from the first registration on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@Timeout(240)
class SharedPlatformIT {
    private static final String PASSWORD = "correct horse battery staple";

    private Platform platform;
    private TestImages images;
    private InstalledClient root;
    private InstalledClient anna;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        images = new TestImages(TestImages.dockerHost());
        var image = images.load(BusyboxImage.bare());
        platform = Platform.start(UpOptions.local(
                data,
                Map.of(
                        "FAAS_PROFILE",
                        "shared",
                        "FAAS_IMAGE_LOCAL",
                        "@docker/faas-test/*",
                        "FAAS_FIRST_ADMIN_WINDOW",
                        "10m")));
        root = client();
        anna = client();
        anna.with("IMAGE", image);
    }

    private InstalledClient client() throws Exception {
        return InstalledClient.install().with("URL", platform.api().toString()).with("PASSWORD", PASSWORD);
    }

    @AfterAll
    void stop() throws Exception {
        root.close();
        anna.close();
        platform.close();
        images.close();
    }

    @Order(1)
    @Test
    void theFirstAccountIsTheAdminAndFurtherOnesNeedAnInvitation() throws Exception {
        root.shell("echo $PASSWORD | faas register $URL -u root --password-stdin")
                .orThrow();

        var uninvited = anna.shell("echo $PASSWORD | faas register $URL -u anna --password-stdin");
        assertThat(uninvited.exit()).isEqualTo(6);
        assertThat(uninvited.err()).contains("invitation", "faas admin invitation create");

        invite(anna, "anna");
        assertThat(anna.shell("faas whoami -o json | grep -c admin").out()).isEqualTo("0\n");
        assertThat(anna.shell("faas admin user list").exit()).isEqualTo(6);
        assertThat(root.shell("faas admin user list -o name").orThrow()).contains("root", "anna");
    }

    private void invite(InstalledClient invited, String name) throws Exception {
        var code = root.shell("faas admin invitation create").orThrow().strip();
        invited.with("CODE", code)
                .shell("echo $PASSWORD | faas register $URL -u " + name + " --invitation $CODE --password-stdin")
                .orThrow();
    }

    @Order(2)
    @Test
    void aKeyDoesWhatItsScopesAllowUntilItIsDeleted() throws Exception {
        anna.shell("faas fn create hello --image $IMAGE --entrypoint sh --command '-c \"echo hi\"'")
                .orThrow();
        var key = anna.shell("faas key create ci --scope read --scope invoke")
                .orThrow()
                .strip();
        assertThat(key).matches("faas_[0-9A-Za-z]{36}");
        try (var ci = client()) {
            ci.with("KEY", key)
                    .shell("echo $KEY | faas login $URL --token-stdin")
                    .orThrow();
            assertThat(ci.run("invoke", "hello", "x").orThrow()).isEqualTo("hi\n");
            assertThat(ci.shell("faas fn delete hello -y").exit()).isEqualTo(6);
            assertThat(ci.run("key", "list").exit()).isEqualTo(6);

            anna.shell("faas key delete $(faas key list -o name)").orThrow();

            assertThat(ci.run("fn", "list").exit()).isEqualTo(3);
        }
    }

    @Order(3)
    @Test
    void otherLoginsAreSeenAndEnded() throws Exception {
        try (var other = client()) {
            other.shell("echo $PASSWORD | faas login $URL -u anna --password-stdin")
                    .orThrow();
            assertThat(anna.shell("faas sessions list -o name").orThrow().lines())
                    .hasSize(2);

            anna.run("sessions", "end", "--others").orThrow();

            assertThat(other.run("fn", "list").exit()).isEqualTo(3);
            anna.run("fn", "list").orThrow();
        }
    }

    @Order(4)
    @Test
    void aPasswordIsChangedAndResetByACodeOfAnAdmin() throws Exception {
        anna.shell("printf '%s\\n' \"$PASSWORD\" 'another long password' | faas password --password-stdin")
                .orThrow();
        assertThat(anna.shell("echo $PASSWORD | faas login $URL -u anna --password-stdin")
                        .exit())
                .isEqualTo(3);

        anna.with("CODE", root.shell("faas admin user reset anna").orThrow().strip())
                .shell("echo $PASSWORD | faas password reset $URL --code $CODE --password-stdin")
                .orThrow();

        anna.shell("echo $PASSWORD | faas login $URL -u anna --password-stdin").orThrow();
    }

    @Order(5)
    @Test
    void aLimitOfAnAdminHolds() throws Exception {
        root.shell("faas admin quota set anna --limit functions=1").orThrow();

        var second = anna.shell("faas fn create second --image $IMAGE");

        assertThat(second.exit()).isEqualTo(5);
        assertThat(second.err()).contains("functions");
        assertThat(root.shell("faas quota anna -o json").orThrow())
                .isEqualTo(anna.shell("faas quota -o json").orThrow());
        root.shell("faas admin quota set anna --defaults").orThrow();
        anna.shell("faas fn create second --image $IMAGE").orThrow();
    }

    @Order(6)
    @Test
    void whoIsDisabledIsOutAtOnceAndTheLastAdminStays() throws Exception {
        root.run("admin", "user", "disable", "anna").orThrow();

        assertThat(anna.run("fn", "list").exit()).isEqualTo(3);
        assertThat(root.run("admin", "user", "disable", "root").exit()).isEqualTo(6);
        assertThat(root.run("admin", "user", "demote", "root").exit()).isEqualTo(6);
        assertThat(root.shell("faas admin audit --export | grep -c '\"action\":\"account.update\"'")
                        .orThrow())
                .isNotEqualTo("0\n");
    }
}
