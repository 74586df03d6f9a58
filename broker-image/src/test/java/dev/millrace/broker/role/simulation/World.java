package dev.millrace.broker.role.simulation;

import java.util.ArrayList;
import java.util.List;

/** Everything of one simulation. Owner: one simulation. */
final class World {
    private final Plan plan;
    private final Dice dice;
    private final CopyMaker copies;
    private final RecordCheck rules;
    private final Scheduler scheduler = new Scheduler();
    private final History history;
    private final List<Node> nodes = new ArrayList<>();
    private final Ledger ledger;
    private final Store store;
    private final Network network;
    private final Operator operator;

    World(Plan plan, Dice dice, CopyMaker copies, RecordCheck rules, boolean isRecorded) {
        this.plan = plan;
        this.dice = dice;
        this.copies = copies;
        this.rules = rules;
        this.history = new History(scheduler, isRecorded);
        this.ledger = new Ledger(this);
        this.store = new Store(this);
        this.network = new Network(this, plan.copies());
        this.operator = new Operator(this);
        for (int i = 0; i < plan.copies(); i++) {
            nodes.add(new Node(this, i));
        }
    }

    Plan plan() {
        return plan;
    }

    Dice dice() {
        return dice;
    }

    CopyMaker copies() {
        return copies;
    }

    RecordCheck rules() {
        return rules;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    History history() {
        return history;
    }

    List<Node> nodes() {
        return nodes;
    }

    Node node(int replica) {
        return nodes.get(replica);
    }

    Ledger ledger() {
        return ledger;
    }

    Store store() {
        return store;
    }

    Network network() {
        return network;
    }

    Operator operator() {
        return operator;
    }
}
