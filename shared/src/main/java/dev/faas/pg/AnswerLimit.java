package dev.faas.pg;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CommandResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a connection whose server does not answer: its statement fails, and the pool opens another one. When the network has
 * lost a connection, TCP alone repeats the request for a quarter of an hour. An idle connection is found by TCP keepalive.
 *
 * <p>Works on the connection's channel, because the client for Postgres (Vert.x 5.0.7) has no limit for an answer and ignores
 * options of the transport.
 */
final class AnswerLimit extends IdleStateHandler {
    static final int KEEPALIVE_IDLE_SECONDS = 10;
    static final int KEEPALIVE_INTERVAL_SECONDS = 5;
    static final int KEEPALIVE_COUNT = 2;

    private static final String CODEC = "codec";
    private static final Logger LOG = LoggerFactory.getLogger(AnswerLimit.class);

    private final Duration limit;
    private int unanswered;

    AnswerLimit(Duration limit) {
        super(0, 0, limit.toMillis(), TimeUnit.MILLISECONDS);
        this.limit = limit;
    }

    /** Call it on the connection's event loop. */
    void addTo(SqlConnection connection) {
        // The pooled connection, and then the one to the server.
        var opened = ((SqlConnectionInternal) connection).unwrap().unwrap();
        var channel =
                ((SocketConnectionBase) opened).socket().channelHandlerContext().channel();
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEPALIVE_IDLE_SECONDS);
        channel.config()
                .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEPALIVE_INTERVAL_SECONDS);
        channel.config().setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEPALIVE_COUNT);
        // Behind the codec, where messages are whole commands and responses.
        channel.pipeline().addAfter(CODEC, "answer limit", this);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof CommandBase && unanswered++ == 0) {
            // The time of silence before a command does not count. The codec does not tell when it has sent one.
            resetWriteTimeout();
        }
        super.write(ctx, message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof CommandResponse) {
            unanswered--;
        }
        super.channelRead(ctx, message);
    }

    /** Nothing was sent or answered for that long; which is usual while no statement runs, also inside a transaction. */
    @Override
    protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
        if (unanswered > 0) {
            LOG.warn("postgres connection closed, no answer limit={}", limit);
            // From below the codec, which would only ask the server to close it.
            var unused = ctx.pipeline().context(CODEC).close();
        }
    }
}
