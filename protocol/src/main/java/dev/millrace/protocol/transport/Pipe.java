package dev.millrace.protocol.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection that is passed on: what comes from one end goes to the other, no faster than it takes it. When one
 * end closes, the other one is closed behind what is under way.
 *
 * <p>Owner: the event loop that both ends share.
 */
final class Pipe extends ChannelInboundHandlerAdapter {
    private final Channel other;
    private final Runnable passed;

    private Pipe(Channel other, Runnable passed) {
        this.other = other;
        this.passed = passed;
    }

    /** Opens a connection on the event loop of another one; it is not read yet. It is closed if the other one is gone. */
    static Future<Channel> connect(Door door, Channel from, InetSocketAddress address) {
        Promise<Channel> result = from.eventLoop().newPromise();
        ChannelFuture connected = new Bootstrap()
                .group(from.eventLoop())
                .channel(door.threads().clientChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        door.settings().connectTimeout().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new Empty())
                .connect(address);
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                result.setFailure(done.cause());
            } else if (!from.isActive()) {
                connected.channel().close();
                result.setFailure(new TransportException("the connection was closed before it was passed on", false));
            } else {
                result.setSuccess(connected.channel());
            }
        });
        return result;
    }

    /**
     * Passes on in both directions from now on, beginning with what was read already.
     *
     * @return how long the second leaves the first without an answer
     */
    static Silence join(Channel one, Channel two, @Nullable ByteBuf first, LongSupplier nanoTime) {
        Silence silence = new Silence(nanoTime);
        one.pipeline().addLast(new Pipe(two, silence::asked));
        two.pipeline().addLast(new Pipe(one, silence::answered));
        if (first != null) {
            silence.asked();
            two.writeAndFlush(first);
        }
        one.config().setAutoRead(two.isWritable());
        two.config().setAutoRead(true);
        return silence;
    }

    /** How long nothing has come back since something was passed on. Owner: the event loop that both ends share. */
    static final class Silence {
        private final LongSupplier nanoTime;
        private boolean isAsked;
        private long askedNanos;

        private Silence(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
        }

        private void asked() {
            if (!isAsked) {
                isAsked = true;
                askedNanos = nanoTime.getAsLong();
            }
        }

        private void answered() {
            isAsked = false;
        }

        /** 0 if nothing was passed on since the last answer. */
        long nanos() {
            return isAsked ? nanoTime.getAsLong() - askedNanos : 0;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        passed.run();
        other.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        other.config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
        context.close();
    }

    /** A channel without handlers of its own yet. */
    @ChannelHandler.Sharable
    private static final class Empty extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            // What comes is not read before it is joined.
        }
    }
}
