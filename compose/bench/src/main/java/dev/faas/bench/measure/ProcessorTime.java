package dev.faas.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Measures the processor time of this JVM and of its children.
 *
 * @param at of {@link System#nanoTime}
 * @param all of this JVM and all children together
 */
public record ProcessorTime(long at, Duration platform, Duration nats, Duration all) {
    public static ProcessorTime now() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        var platform = Duration.ofNanos(system.getProcessCpuTime());
        var children = ProcessHandle.current()
                .descendants()
                .flatMap(child -> child.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
        var nats = ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::info)
                .filter(info ->
                        info.command().filter(it -> it.endsWith("nats-server")).isPresent())
                .flatMap(info -> info.totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
        return new ProcessorTime(System.nanoTime(), platform, nats, platform.plus(children));
    }

    /** Measures for this time from now. Blocks. */
    public static Shares measure(Duration time) throws InterruptedException {
        var begin = now();
        Thread.sleep(time);
        return now().since(begin);
    }

    public Shares since(ProcessorTime before) {
        double nanos = at - before.at;
        return new Shares(
                100 * platform.minus(before.platform).toNanos() / nanos,
                100 * nats.minus(before.nats).toNanos() / nanos,
                100 * all.minus(before.all).toNanos() / nanos);
    }

    /** In percent of one core. */
    public record Shares(double platform, double nats, double all) {}
}
