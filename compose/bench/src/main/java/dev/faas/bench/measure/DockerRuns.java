package dev.faas.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Measures the baseline: the same image, run by the docker command. */
public final class DockerRuns {
    private static final long LIMIT_SECONDS = 60;

    private final String image;

    public DockerRuns(String image) {
        this.image = image;
    }

    /** Runs the image once; nanoseconds until its result was read. Blocks. */
    public long runOnce(String argument) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        var process = new ProcessBuilder("docker", "run", "--rm", "--network", "none", image, argument)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var result = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("docker run did not end within " + LIMIT_SECONDS + " s");
        }
        long took = System.nanoTime() - begin;
        if (!result.equals(argument + "\n")) {
            throw new IOException("docker run of " + image + " printed '" + result + "'");
        }
        return took;
    }

    /** Runs the image {@code total} times, up to {@code concurrency} at the same time. Blocks. */
    public ClosedLoop.Result runParallel(int concurrency, int total) throws Exception {
        var samples = new Samples();
        var slots = new Semaphore(concurrency);
        long begin = System.nanoTime();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = new ArrayList<Future<?>>();
            for (int i = 0; i < total; i++) {
                var argument = Integer.toString(i);
                slots.acquire();
                runs.add(pool.submit(() -> {
                    try {
                        samples.add(runOnce(argument));
                    } finally {
                        slots.release();
                    }
                    return null;
                }));
            }
            for (var run : runs) {
                run.get();
            }
        }
        return new ClosedLoop.Result(samples, Duration.ofNanos(System.nanoTime() - begin));
    }
}
