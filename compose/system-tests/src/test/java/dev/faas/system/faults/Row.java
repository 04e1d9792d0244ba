package dev.faas.system.faults;

import dev.faas.local.NatsServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Defines one row of the fault matrix.
 *
 * @param brokers number of NATS servers
 * @param injections one after another in each round
 */
record Row(String name, int brokers, List<Injection> injections) {
    private static final List<String> PARTS = List.of(
            "nats",
            FaultPlatform.POSTGRES,
            FaultPlatform.GATEWAY,
            FaultPlatform.AUTH,
            FaultPlatform.REGISTRY,
            FaultPlatform.SPAWNER,
            FaultPlatform.DOCKERD);

    private static final Set<Fault> OF_EVERY_PART = EnumSet.complementOf(EnumSet.of(Fault.UNANSWERED));

    /** A fault and its target. */
    record Injection(Fault fault, TargetSelector selector) {}

    /** Selects the target at the time of the fault. */
    @FunctionalInterface
    interface TargetSelector {
        FaultTarget select(FaultPlatform platform, RandomGenerator random) throws IOException;
    }

    /** Every fault on every part with one broker, answers of it that are lost, then the faults of three brokers. */
    static List<Row> all() {
        var rows = new ArrayList<Row>();
        for (var fault : OF_EVERY_PART) {
            PARTS.forEach(part -> rows.add(onOneBroker(part, fault)));
        }
        for (var part : List.of(FaultPlatform.GATEWAY, FaultPlatform.REGISTRY, FaultPlatform.SPAWNER)) {
            rows.add(onOneBroker(part, Fault.UNANSWERED));
        }
        for (var fault : OF_EVERY_PART) {
            rows.add(onThreeBrokers(
                    "leader", fault, (platform, random) -> servers(platform, List.of(leader(platform)))));
            rows.add(onThreeBrokers(
                    "follower", fault, (platform, random) -> servers(platform, List.of(follower(platform, random)))));
            rows.add(onThreeBrokers(
                    "all",
                    fault,
                    (platform, random) -> servers(platform, platform.brokers().parts())));
        }
        rows.add(new Row(
                "leader partitioned, clients reach it",
                3,
                List.of(new Injection(Fault.SILENT, (platform, random) -> partitioned(platform)))));
        return rows;
    }

    /** The row that every build runs. */
    static Row kills() {
        return new Row(
                "killed in turn",
                1,
                Stream.of(FaultPlatform.GATEWAY, FaultPlatform.REGISTRY, FaultPlatform.SPAWNER, "nats")
                        .map(part -> new Injection(Fault.KILLED, selectorOf(part, Fault.KILLED)))
                        .toList());
    }

    boolean harmsDocker() {
        return name.startsWith(FaultPlatform.DOCKERD);
    }

    private static Row onOneBroker(String part, Fault fault) {
        return new Row(part + " " + fault.label(), 1, List.of(new Injection(fault, selectorOf(part, fault))));
    }

    private static Row onThreeBrokers(String which, Fault fault, TargetSelector choice) {
        return new Row(which + " " + fault.label(), 3, List.of(new Injection(fault, choice)));
    }

    private static TargetSelector selectorOf(String part, Fault fault) {
        return (platform, random) -> {
            var name = part.equals(FaultPlatform.SPAWNER)
                    ? FaultPlatform.SPAWNERS.get(random.nextInt(FaultPlatform.SPAWNERS.size()))
                    : part;
            // Docker is on the spawner's machine, so it stays reachable.
            var links = part.equals(FaultPlatform.SPAWNER) || fault == Fault.UNANSWERED
                    ? platform.wiring().linksBetween(name, Set.of("nats"))
                    : platform.wiring().linksOf(name);
            return new FaultTarget(List.of(platform.part(name)), links);
        };
    }

    private static Part.ServerPart<NatsServer> leader(FaultPlatform platform) throws IOException {
        return platform.brokers().findLeader();
    }

    private static Part.ServerPart<NatsServer> follower(FaultPlatform platform, RandomGenerator random)
            throws IOException {
        var followers = new ArrayList<>(platform.brokers().parts());
        followers.remove(leader(platform));
        return followers.get(random.nextInt(followers.size()));
    }

    private static FaultTarget servers(FaultPlatform platform, List<Part.ServerPart<NatsServer>> servers) {
        var links = servers.stream()
                .flatMap(server -> platform.wiring().linksOf(server.name()).stream())
                .distinct()
                .toList();
        return new FaultTarget(List.copyOf(servers), links);
    }

    private static FaultTarget partitioned(FaultPlatform platform) throws IOException {
        var leader = leader(platform);
        var others = platform.brokers().parts().stream()
                .map(Part::name)
                .filter(name -> !name.equals(leader.name()))
                .collect(Collectors.toSet());
        return new FaultTarget(List.of(leader), platform.wiring().linksBetween(leader.name(), others));
    }
}
