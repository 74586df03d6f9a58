package dev.millrace.protocol.transport;

/** An answer on its way out. */
record ReplyFrame(ReplyTo to, Reply reply) implements OutgoingFrame {
    @Override
    public void writeTo(FrameWriter writer) {
        writer.reply(to, reply);
    }

    @Override
    public void dropped() {
        reply.body().onWritten().run();
    }
}
