package dev.faas.system.faults;

import dev.faas.local.NatsServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A row of the matrix.
 *
 * @param brokers on how many it is played
 * @param blows one after the other in each round
 */
record Row(String name, int brokers, List<Blow> blows) {
    private static final List<String> PARTS = List.of(
            "nats",
            FaultPlatform.POSTGRES,
            FaultPlatform.GATEWAY,
            FaultPlatform.AUTH,
            FaultPlatform.REGISTRY,
            FaultPlatform.SPAWNER,
            FaultPlatform.DOCKERD);

    /** What happens to whom. */
    record Blow(Fault fault, Choice choice) {}

    /** Finds the victim when its time has come. */
    @FunctionalInterface
    interface Choice {
        Victim of(FaultPlatform stage, RandomGenerator random) throws IOException;
    }

    /** Every fault on every part, on one broker, then what three brokers add. */
    static List<Row> all() {
        var rows = new ArrayList<Row>();
        for (var fault : Fault.values()) {
            PARTS.forEach(part -> rows.add(one(part, fault)));
        }
        for (var fault : Fault.values()) {
            rows.add(three("leader", fault, (stage, random) -> servers(stage, List.of(leader(stage)))));
            rows.add(three("follower", fault, (stage, random) -> servers(stage, List.of(follower(stage, random)))));
            rows.add(three(
                    "all",
                    fault,
                    (stage, random) -> servers(stage, stage.brokers().parts())));
        }
        rows.add(new Row(
                "leader partitioned, clients reach it",
                3,
                List.of(new Blow(Fault.SILENT, (stage, random) -> partitioned(stage)))));
        return rows;
    }

    /** What every build plays. */
    static Row kills() {
        return new Row(
                "killed in turn",
                1,
                Stream.of(FaultPlatform.GATEWAY, FaultPlatform.REGISTRY, FaultPlatform.SPAWNER, "nats")
                        .map(part -> new Blow(Fault.KILLED, choice(part)))
                        .toList());
    }

    boolean harmsDocker() {
        return name.startsWith(FaultPlatform.DOCKERD);
    }

    private static Row one(String part, Fault fault) {
        return new Row(part + " " + fault.label(), 1, List.of(new Blow(fault, choice(part))));
    }

    private static Row three(String which, Fault fault, Choice choice) {
        return new Row(which + " " + fault.label(), 3, List.of(new Blow(fault, choice)));
    }

    private static Choice choice(String part) {
        return (stage, random) -> {
            var name = part.equals(FaultPlatform.SPAWNER)
                    ? FaultPlatform.SPAWNERS.get(random.nextInt(FaultPlatform.SPAWNERS.size()))
                    : part;
            // Docker answers on the spawner's own machine, whatever becomes of the network.
            var cables = part.equals(FaultPlatform.SPAWNER)
                    ? stage.wiring().between(name, Set.of("nats"))
                    : stage.wiring().at(name);
            return new Victim(List.of(stage.part(name)), cables);
        };
    }

    private static Part.Served<NatsServer> leader(FaultPlatform stage) throws IOException {
        return stage.brokers().leader();
    }

    private static Part.Served<NatsServer> follower(FaultPlatform stage, RandomGenerator random) throws IOException {
        var followers = new ArrayList<>(stage.brokers().parts());
        followers.remove(leader(stage));
        return followers.get(random.nextInt(followers.size()));
    }

    private static Victim servers(FaultPlatform stage, List<Part.Served<NatsServer>> servers) {
        var cables = servers.stream()
                .flatMap(server -> stage.wiring().at(server.name()).stream())
                .distinct()
                .toList();
        return new Victim(List.copyOf(servers), cables);
    }

    private static Victim partitioned(FaultPlatform stage) throws IOException {
        var leader = leader(stage);
        var others = stage.brokers().parts().stream()
                .map(Part::name)
                .filter(name -> !name.equals(leader.name()))
                .collect(Collectors.toSet());
        return new Victim(List.of(leader), stage.wiring().between(leader.name(), others));
    }
}
