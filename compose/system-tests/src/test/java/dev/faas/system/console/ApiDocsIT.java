package dev.faas.system.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.faas.system.WholeSystem;
import dev.faas.system.console.Browser.Look;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The reference of the API in a real browser, with the login of the console. */
@ExtendWith(WholeSystem.class)
class ApiDocsIT {
    @Test
    void whoIsSignedInTriesCalls_andThePageAsksNobodyElse(WholeSystem.Running system) {
        try (var browser = new Browser();
                var windows = browser.windows(system.api(), new Look(1280, 900, ColorScheme.DARK))) {
            var page = windows.open("/signup");
            page.getByLabel("Name").fill("anna-of-the-reference");
            page.getByLabel("Password").fill("correct horse battery");
            page.locator("button[type=submit]").click();
            assertThat(page.getByText("anna-of-the-reference").first()).isVisible();
            page.navigate(system.api().resolve("/docs").toString());
            assertThat(page.locator("#login")).containsText("anna-of-the-reference");

            execute(tryOut(page, "Accounts", "getMe"));
            assertThat(answer(page, "getMe")).containsText("200");
            assertThat(answer(page, "getMe")).containsText("anna-of-the-reference");

            var create = tryOut(page, "Functions", "createFunction");
            create.locator("textarea").fill("{\"name\": \"tried\", \"image\": \"busybox\"}");
            var sent = page.waitForRequest(
                    request -> request.method().equals("POST") && request.url().contains("/v1/functions"),
                    () -> execute(create));
            assertThat(sent.allHeaders()).containsKey("x-faas-csrf").doesNotContainKey("authorization");
            assertThat(answer(page, "createFunction")).containsText("201");
            assertThat(create.locator(".curl-command"))
                    .not()
                    .containsText(Pattern.compile("csrf", Pattern.CASE_INSENSITIVE));

            assertThat(windows.faults()).isEmpty();
        }
    }

    private static Locator tryOut(Page page, String tag, String operation) {
        var block = page.locator("#operations-" + tag + "-" + operation);
        page.locator("#operations-tag-" + tag).click();
        block.locator(".opblock-summary-control").click();
        block.locator(".try-out__btn").click();
        return block;
    }

    private static void execute(Locator block) {
        block.locator(".btn.execute").click();
    }

    private static Locator answer(Page page, String operation) {
        return page.locator("[id$=" + operation + "] .live-responses-table tbody");
    }
}
