package dev.millrace.broker.role;

import java.util.ArrayList;
import java.util.List;

/** Effects in order, and the numbers that answers carry. Owner: role thread. */
final class Outbox {
    private final List<Effect> effects = new ArrayList<>();
    private long lastId;

    /** A number never given before in this process. */
    long nextId() {
        return ++lastId;
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    void send(int peer, Message message) {
        effects.add(new Effect.Send(peer, message));
    }

    List<Effect> take() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }
}
