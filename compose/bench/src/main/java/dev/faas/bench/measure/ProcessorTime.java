package dev.faas.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How much processor time this JVM and the bus below it have had.
 *
 * @param at when, by {@link System#nanoTime}
 */
public record ProcessorTime(long at, Duration platform, Duration bus) {
    static ProcessorTime now() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        var bus = ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::info)
                .filter(info ->
                        info.command().filter(it -> it.endsWith("nats-server")).isPresent())
                .flatMap(info -> info.totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
        return new ProcessorTime(System.nanoTime(), Duration.ofNanos(system.getProcessCpuTime()), bus);
    }

    /** Shares of one core during so much time from now on. Blocks. */
    public static Shares during(Duration time) throws InterruptedException {
        var begin = now();
        Thread.sleep(time);
        return now().since(begin);
    }

    Shares since(ProcessorTime before) {
        double nanos = at - before.at;
        return new Shares(
                100 * platform.minus(before.platform).toNanos() / nanos,
                100 * bus.minus(before.bus).toNanos() / nanos);
    }

    /** In percent of one core. */
    public record Shares(double platform, double bus) {}
}
