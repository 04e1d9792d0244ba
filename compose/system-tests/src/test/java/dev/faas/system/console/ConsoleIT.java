package dev.faas.system.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.faas.system.WholeSystem;
import dev.faas.system.console.Browser.Look;
import dev.faas.system.console.Browser.Windows;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console in a real browser: what people do in it, and what no page of it does. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final String PASSWORD = "correct horse battery";
    private static final AtomicInteger USERS = new AtomicInteger();

    private WholeSystem.Running system;
    private Browser browser;
    private Windows windows;

    @BeforeAll
    void start(WholeSystem.Running running) {
        system = running;
        browser = new Browser();
    }

    @AfterAll
    void stop() {
        browser.close();
    }

    @BeforeEach
    void openWindows() {
        windows = browser.windows(system.api(), Look.WIDE);
    }

    /** Nothing failed, nothing was fetched from elsewhere, no policy was violated, no dialog was opened. */
    @AfterEach
    void noPageMisbehaved() {
        windows.close();
        assertThat(windows.faults()).isEmpty();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator heading(Page page, String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static void fill(Page page, String label, String text) {
        page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(text);
    }

    private Page signUp() {
        var page = windows.open("/signup");
        fill(page, "Name", "anna-of-console-" + USERS.incrementAndGet());
        fill(page, "Password", PASSWORD);
        button(page, "Sign up").click();
        assertThat(heading(page, "Overview")).isVisible();
        return page;
    }

    private void go(Page page, String path) {
        page.navigate(system.api().resolve("/console" + path).toString());
    }

    private void create(Page page, String name, String image) {
        go(page, "/functions/new");
        fill(page, "Name", name);
        fill(page, "Image", image);
        button(page, "Create function").click();
        assertThat(heading(page, name)).isVisible();
    }

    /** Leads to the page of the activation. */
    private void invoke(Page page, String argument) {
        fill(page, "Argument", argument);
        button(page, "Invoke").click();
        assertThat(heading(page, "Timeline")).isVisible();
    }

    private static void awaitOutcome(Page page, String outcome) {
        assertThat(page.locator(".outcome")).containsText(outcome);
    }

    @Test
    void aNewUserMakesAFunction_invokesIt_andReadsItsResult() throws Exception {
        var page = signUp();
        create(page, "count", system.images().script("echo line 1 >&2; echo \"{\\\"said\\\": \\\"$1\\\"}\""));

        invoke(page, "hello");

        awaitOutcome(page, "returned 0");
        assertThat(heading(page, "Result")).isVisible();
        assertThat(page.getByText("\"hello\"")).isVisible();
        assertThat(page.getByText("line 1")).isVisible();
    }

    @Test
    void aFailedRunSaysWhy() throws Exception {
        var page = signUp();
        create(page, "fails", system.images().script("echo no such order >&2; exit 3"));

        invoke(page, "x");

        awaitOutcome(page, "3");
        assertThat(page.getByText("no such order")).isVisible();
    }

    @Test
    void aReloadAndASecondWindowKeepTheLogin_noScriptCanReadIt_andSigningOutEndsIt() {
        var page = signUp();
        page.reload();
        assertThat(heading(page, "Overview")).isVisible();
        var second = windows.open("/functions");
        assertThat(heading(second, "Functions")).isVisible();

        assertThat(page.evaluate("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
                        .toString())
                .doesNotContain("eyJ");
        assertThat(windows.context().cookies()).isNotEmpty().allSatisfy(cookie -> {
            assertThat(cookie.httpOnly).isTrue();
            assertThat(cookie.sameSite.name()).isEqualTo("STRICT");
        });

        button(page, "Sign out").click();
        assertThat(heading(page, "Sign in")).isVisible();
        second.reload();
        assertThat(heading(second, "Sign in")).isVisible();
    }

    @Test
    void whatACommandPrintsStaysText() throws Exception {
        var hostile = "<img src=x onerror=alert(1)><script>window.taken=1</script>";
        var page = signUp();
        create(
                page,
                "hostile",
                system.images().script("echo \"$1\"; printf '\\033]0;taken\\007\\033[31mred\\033[0m\\n' >&2"));

        invoke(page, hostile);

        awaitOutcome(page, "returned 0");
        assertThat(page.getByLabel("Result", new Page.GetByLabelOptions().setExact(true))
                        .getByText(hostile))
                .isVisible();
        assertThat(page.getByText("red", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        assertThat(page.evaluate("window.taken === undefined && !document.title.includes('taken')"))
                .isEqualTo(true);
    }

    @Test
    void aWaitingActivationSaysWhyItWaits_andCanBeCancelled() throws Exception {
        var page = signUp();
        create(page, "slow", system.images().script("exec /bin/busybox sleep 600"));
        go(page, "/functions/slow/settings");
        fill(page, "Running at the same time", "1");
        button(page, "Review changes").click();
        button(page, "Save").click();
        assertThat(page.getByText("Revision 2").or(heading(page, "slow")).first())
                .isVisible();
        go(page, "/functions/slow");
        invoke(page, "first");
        assertThat(page.getByText("Running", new Page.GetByTextOptions().setExact(true))
                        .first())
                .isVisible();
        go(page, "/functions/slow");

        invoke(page, "second");

        assertThat(heading(page, "Why is it waiting?")).isVisible();
        assertThat(page.getByText("slow runs")).isVisible();
        button(page, "Cancel").click();
        awaitOutcome(page, "ancelled");
        page.goBack();
        assertThat(heading(page, "slow")).isVisible();
    }

    @Test
    void aFunctionIsDeletedByTypingItsName() throws Exception {
        var page = signUp();
        create(page, "short-lived", system.images().script("echo $1"));
        go(page, "/functions/short-lived/settings");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("Delete.*")))
                .click();
        var confirm = page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("Delete.*")));
        assertThat(confirm).isDisabled();

        page.getByLabel("Type short-lived to confirm").fill("short-lived");
        confirm.click();

        assertThat(heading(page, "Functions")).isVisible();
        assertThat(page.getByText("short-lived", new Page.GetByTextOptions().setExact(true)))
                .hasCount(0);
    }

    /** Each page, in both themes, wide and narrow. */
    @Test
    void noPageHasASeriousAccessibilityProblem() throws Exception {
        var page = signUp();
        create(page, "seen", system.images().script("echo \"$1\""));
        invoke(page, "x");
        awaitOutcome(page, "returned 0");
        var activation = page.url().substring(page.url().indexOf("/console") + "/console".length());
        var paths = List.of(
                "/",
                "/functions",
                "/functions/new",
                "/functions/seen",
                "/functions/seen/settings",
                "/functions/seen/revisions",
                "/activations",
                activation,
                "/schedules",
                "/schedules/new",
                "/hooks",
                "/destinations",
                "/batches",
                "/jobs",
                "/sources",
                "/dead-letters",
                "/secrets",
                "/keys",
                "/account");
        for (var look : Look.ALL) {
            page.setViewportSize(look.width(), look.height());
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(look.theme()));
            for (var path : paths) {
                go(page, path);
                assertThat(page.locator("h1")).isVisible();
                assertThat(page.locator(".loading")).hasCount(0);
                assertThat(seriousProblems(page)).as("%s, %s", path, look).isEmpty();
            }
        }
    }

    private static List<String> seriousProblems(Page page) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .flatMap(rule -> rule.getNodes().stream()
                                .map(node ->
                                        rule.getId() + " " + Map.of("at", node.getTarget(), "html", node.getHtml())))
                        .toList();
    }
}
