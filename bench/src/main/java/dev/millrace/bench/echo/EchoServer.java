package dev.millrace.bench.echo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Answers each request frame with a reply frame and does nothing else, on one native epoll loop. Owner: its event loop.
 */
public final class EchoServer {
    private EchoServer() {}

    /** Serves until the process is ended; arguments: the port on 127.0.0.1, and {@code true} when replies share buffers. */
    public static void main(String[] arguments) throws Exception {
        boolean isShared = Boolean.parseBoolean(arguments[1]);
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var channel = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection.pipeline().addLast(new Replies(isShared));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])))
                .sync()
                .channel();
        channel.closeFuture().sync();
    }

    /** Counts bytes into frames. Owner: the event loop. */
    private static final class Replies extends ChannelInboundHandlerAdapter {
        private final boolean isShared;
        private int unansweredBytes;

        Replies(boolean isShared) {
            this.isShared = isShared;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            unansweredBytes += bytes.readableBytes();
            bytes.release();
            int count = unansweredBytes / EchoFrames.REQUEST_BYTES;
            unansweredBytes %= EchoFrames.REQUEST_BYTES;
            if (isShared && count > 0) {
                write(context, count * EchoFrames.REPLY_BYTES);
                return;
            }
            for (int i = 0; i < count; i++) {
                write(context, EchoFrames.REPLY_BYTES);
            }
        }

        private static void write(ChannelHandlerContext context, int bytes) {
            context.write(context.alloc().directBuffer(bytes).writeZero(bytes), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
