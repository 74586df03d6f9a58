package dev.millrace.protocol.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/** Equips a new channel, on both sides alike. */
final class ChannelSetup extends ChannelInitializer<Channel> {
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final ConnectionListener listener;
    private final ChannelGroup channels;

    ChannelSetup(
            TransportSettings settings, RequestHandler handler, ConnectionListener listener, ChannelGroup channels) {
        this.settings = settings;
        this.handler = handler;
        this.listener = listener;
        this.channels = channels;
    }

    @Override
    protected void initChannel(Channel channel) {
        channels.add(channel);
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(settings.outboundBytesMax() / 2, settings.outboundBytesMax()));
        channel.pipeline()
                .addLast(new IdleStateHandler(true, 0, 0, settings.idleMax().toMillis(), TimeUnit.MILLISECONDS))
                .addLast(new FrameReader(LoopState.current(), settings, handler, listener));
    }
}
