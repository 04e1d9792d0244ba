package dev.faas.outgoing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Resolves a host name. Never blocks; the addresses of one name are at least one. */
@FunctionalInterface
interface NameLookup {
    Future<List<InetAddress>> resolve(String name);

    /**
     * By the name servers of this machine and its hosts file, as Vert.x connects: asynchronous, cached by its options. Java's own
     * look-up holds a thread for as long as a name server of a user is silent.
     */
    static NameLookup of(Vertx vertx) {
        var resolver = ((VertxInternal) vertx).nameResolver();
        return name -> {
            var found = Promise.<List<InetSocketAddress>>promise();
            // With the dot no search domain is appended: a user's name is not one of the platform's network.
            resolver.resolveAll(name + ".", found::handle);
            return found.future()
                    .map(all -> all.stream().map(InetSocketAddress::getAddress).toList());
        };
    }
}
