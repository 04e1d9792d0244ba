package dev.faas.system.console;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.system.console.Browser.Look;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/** Plays a story and takes pictures of the console, for the documents and for whoever judges them by eye. */
final class Pictures {
    private static final Path TO = Path.of("..", "..", "docs", "console");
    private static final Look LIGHT = Look.WIDE;
    private static final Look DARK = new Look(1280, 900, ColorScheme.DARK);
    private static final Look NARROW = new Look(390, 844, ColorScheme.DARK);
    private static final List<String> OTHERS = List.of(
            "invoice-pdf",
            "mail-digest",
            "geo-lookup",
            "nightly-report",
            "price-feed",
            "virus-scan",
            "watermark",
            "zip-export");

    private final Client user;
    private final TestImages images;
    private final Browser browser;
    private final Platform platform;

    private Pictures(Client user, TestImages images, Browser browser, Platform platform) {
        this.user = user;
        this.images = images;
        this.browser = browser;
        this.platform = platform;
    }

    public static void main(String[] args) throws Exception {
        var data = Files.createTempDirectory("faas-pictures-");
        try (var platform = Platform.start(UpOptions.local(data, Map.of("FAAS_SLOTS", "4")));
                var images = new TestImages(TestImages.dockerHost());
                var browser = new Browser()) {
            new Pictures(Client.register(platform.api(), "anna"), images, browser, platform).play();
        } finally {
            Directories.delete(data);
        }
        System.exit(0);
    }

    private void play() throws Exception {
        user.function(
                "thumbnail",
                images.script(
                        "echo resized 4000x2500 to 320x200 >&2; echo " + picture() + " | /bin/busybox base64 -d"));
        user.function(
                "convert",
                images.script(
                        "for i in 1 2 3 4 5 6; do echo \"page $i of $1: read, 212 kB\" >&2; /bin/busybox sleep 0.2; done;"
                                + " echo '{\"pages\": 6, \"bytes\": 1271233, \"file\": \"'$1'\"}'"));
        user.function(
                "import",
                images.script("echo \"reading $1\" >&2; echo 'line 214: no such customer: 4711' >&2; exit 3"));
        user.function(
                "train", images.script("echo epoch 1 >&2; exec /bin/busybox sleep 600"), Map.of("concurrency", 1));
        for (var name : OTHERS) {
            user.function(name, images.script("echo \"$1\""));
        }
        for (int i = 0; i < 40; i++) {
            user.run(OTHERS.get(i * i % OTHERS.size()), "order " + (4700 + i));
        }
        var thumbnail = user.run("thumbnail", "cat.png");
        var convert = user.run("convert", "contract.pdf");
        var failed = user.submit("import", "customers.csv");
        user.ended(failed);
        user.submit("train", "model-1");
        var waiting = user.submit("train", "model-2");
        user.post(
                "/v1/schedules",
                Map.of("name", "nightly", "function", "nightly-report", "cron", "30 2 * * *", "zone", "Europe/Berlin"));
        user.post("/v1/schedules", Map.of("name", "prices", "function", "price-feed", "cron", "@every 1s"));
        TimeUnit.SECONDS.sleep(4); // for lists, ticks and figures

        Files.createDirectories(TO);
        take("overview", "/", LIGHT);
        take("overview-dark", "/", DARK);
        take("overview-narrow", "/", NARROW);
        take("functions", "/functions", LIGHT);
        take("function", "/functions/convert", LIGHT);
        take("settings-dark", "/functions/convert/settings", DARK);
        take("activations", "/activations", LIGHT);
        take("result", "/activations/" + thumbnail, LIGHT);
        take("log-dark", "/activations/" + convert, DARK);
        take("failed", "/activations/" + failed, LIGHT);
        take("waiting", "/activations/" + waiting, LIGHT);
        take("schedule", "/schedules/prices", LIGHT);
    }

    private void take(String name, String path, Look look) {
        try (var windows = browser.windows(platform.api(), look)) {
            var page = windows.open("/signin?next=/console" + path);
            page.getByLabel("Name").fill("anna");
            page.getByLabel("Password").fill(Client.PASSWORD);
            page.getByText("Sign in").last().click();
            page.locator("main .page h1").waitFor();
            page.waitForTimeout(2_500); // charts and polls
            page.screenshot(new Page.ScreenshotOptions().setPath(TO.resolve(name + ".png")));
        }
    }

    private static String picture() throws IOException {
        var image = new BufferedImage(320, 200, BufferedImage.TYPE_INT_RGB);
        var pen = image.createGraphics();
        pen.setPaint(new GradientPaint(0, 0, new Color(0x1D5FD1), 320, 200, new Color(0xE9AE5C)));
        pen.fillRect(0, 0, 320, 200);
        pen.setPaint(Color.WHITE);
        pen.fillOval(200, 40, 60, 60);
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return Base64.getEncoder().encodeToString(out.toByteArray());
    }
}
