package dev.faas.http.client;

import dev.faas.config.Env;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A set of IP addresses, given as addresses and CIDR blocks. */
public final class AddressRanges {
    public static final AddressRanges NONE = new AddressRanges(List.of());

    private record Block(InetAddress network, int bits) {
        static Optional<Block> parse(String text) {
            var parts = text.split("/", -1);
            return ClientAddress.parse(parts[0]).flatMap(address -> {
                var network = address.ip();
                int most = network.getAddress().length * Byte.SIZE;
                if (parts.length == 1) {
                    return Optional.of(new Block(network, most));
                }
                if (parts.length > 2 || !parts[1].matches("\\d{1,3}") || Integer.parseInt(parts[1]) > most) {
                    return Optional.empty();
                }
                return Optional.of(new Block(network, Integer.parseInt(parts[1])));
            });
        }

        boolean contains(byte[] address) {
            var own = network.getAddress();
            if (address.length != own.length) {
                return false;
            }
            int whole = bits / Byte.SIZE;
            for (int i = 0; i < whole; i++) {
                if (address[i] != own[i]) {
                    return false;
                }
            }
            int rest = bits % Byte.SIZE;
            return rest == 0 || ((address[whole] ^ own[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
        }
    }

    private final List<Block> blocks;

    private AddressRanges(List<Block> blocks) {
        this.blocks = blocks;
    }

    /** @throws IllegalArgumentException unless each is an address or a block */
    public static AddressRanges of(List<String> blocks) {
        return new AddressRanges(blocks.stream()
                .map(text -> Block.parse(text).orElseThrow(() -> new IllegalArgumentException("no block: " + text)))
                .toList());
    }

    /** For a service behind gateways. */
    public static AddressRanges ofGateways(Env env) {
        return from(
                env,
                "FAAS_TRUSTED_PROXIES",
                "addresses of gateways that tell a client's address, such as 10.0.0.0/8; loopback always may; default: none");
    }

    /** Reads a setting, separated by commas; empty without it. */
    public static AddressRanges from(Env env, String name, String doc) {
        var blocks = new ArrayList<Block>();
        var list = env.optional(name, doc).orElse("");
        if (list.isBlank()) {
            return NONE;
        }
        for (var text : list.split(",", -1)) {
            Block.parse(text.trim())
                    .ifPresentOrElse(
                            blocks::add,
                            () -> env.addProblem(
                                    name, "must be addresses and blocks such as 10.0.0.0/8, not '" + text + "'"));
        }
        return new AddressRanges(List.copyOf(blocks));
    }

    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    public boolean contains(InetAddress address) {
        var bytes = address.getAddress();
        return blocks.stream().anyMatch(block -> block.contains(bytes));
    }
}
