package dev.faas.system.console;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A real Chromium, the one that is installed. */
final class Browser implements AutoCloseable {
    private static final double ANSWER_MS = 15_000;

    /** Width, height and theme of a window. */
    record Look(int width, int height, ColorScheme theme) {
        static final Look WIDE = new Look(1280, 900, ColorScheme.LIGHT);

        static final List<Look> ALL = Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                .flatMap(theme -> Stream.of(new Look(1280, 900, theme), new Look(390, 844, theme)))
                .toList();
    }

    /** One user's windows, which share cookies and storage. What no page of the console may do is noted in {@code faults}. */
    record Windows(BrowserContext context, URI platform, List<String> faults) implements AutoCloseable {
        /** @param path below the console's */
        Page open(String path) {
            var page = context.newPage();
            page.onConsoleMessage(this::note);
            page.onPageError(error -> faults.add("error: " + error));
            page.onDialog(dialog -> faults.add("dialog: " + dialog.message()));
            page.onRequest(request -> {
                var url = request.url();
                if (!url.startsWith(platform.toString()) && !url.startsWith("blob:") && !url.startsWith("data:")) {
                    faults.add("elsewhere: " + url);
                }
            });
            page.navigate(platform.resolve("/console" + path).toString());
            return page;
        }

        /** That a call was refused is shown by the page; the browser's own line about it is no fault of the page. */
        private void note(ConsoleMessage message) {
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                faults.add("console: " + message.text());
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;

    Browser() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program())
                        .setArgs(List.of("--no-sandbox", "--disable-background-networking")));
    }

    private static Path program() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no chromium in PATH: apt-get install chromium"));
    }

    Windows windows(URI platform, Look look) {
        var context = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(look.width, look.height)
                .setColorScheme(look.theme)
                .setLocale("en-GB"));
        context.setDefaultTimeout(ANSWER_MS);
        return new Windows(context, platform, new CopyOnWriteArrayList<>());
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
