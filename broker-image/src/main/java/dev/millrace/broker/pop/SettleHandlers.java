package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.send.SendFailures;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.BatchAcks;
import dev.millrace.protocol.command.PopRequest.Ack;
import dev.millrace.protocol.command.PopRequest.BatchAck;
import dev.millrace.protocol.command.PopRequest.ChangeInvisibleTime;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Acknowledgements, and changes of the time that messages stay taken. A receipt has to be the one that was handed out last
 * for a message that is still in flight; any other is refused.
 *
 * <p>Thread-safe: no state of its own.
 */
final class SettleHandlers {
    /** Takes in one request. */
    private static final int ENTRIES_MAX = 1024;

    private final PopRules rules;
    private final InFlight inFlight;
    private final PopAppends appends;
    private final ParkedPops parked;
    private final PopCounters counters;
    private final InstantSource clock;
    private final String brokerName;

    SettleHandlers(
            PopRules rules,
            InFlight inFlight,
            PopAppends appends,
            ParkedPops parked,
            PopCounters counters,
            PopHandler.Parts parts) {
        this.rules = rules;
        this.inFlight = inFlight;
        this.appends = appends;
        this.parked = parked;
        this.counters = counters;
        this.clock = parts.clock();
        this.brokerName = parts.brokerName();
    }

    void ack(Ack request, Caller caller) {
        QueueKey key = new QueueKey(request.consumerGroup(), request.topic(), request.queueId());
        PopEvent.Settled settled = claim(key, receipt(request.extraInfo()), request.offset());
        settle(List.of(settled), caller, Reply.success());
    }

    private Receipt receipt(String text) {
        Receipt receipt = Receipt.parse(text);
        if (!receipt.brokerName().equals(brokerName)) {
            throw PopRules.invalid("the receipt is of broker " + receipt.brokerName() + ", this is " + brokerName
                    + "; send it to the broker that the message came from");
        }
        return receipt;
    }

    private PopEvent.Settled claim(QueueKey key, Receipt receipt, long offset) {
        rules.checkSettled(key.topic(), key.queueId());
        return inFlight.claim(key, receipt, offset).orElseThrow(() -> {
            counters.refused.increment();
            return new RequestFailure(
                    ResponseCode.NO_MESSAGE,
                    "offset " + offset + " of queue " + key.queueId() + " of " + key.topic() + " is not in flight for "
                            + key.consumerGroup() + " with this receipt: it was settled, delivered again or never"
                            + " handed out; use the receipt that came last");
        });
    }

    private void settle(List<PopEvent.Settled> events, Caller caller, Reply reply) {
        appends.append(events, true)
                .thenAccept(outcome -> Answers.answering(caller, () -> {
                    if (outcome instanceof AppendOutcome.Appended) {
                        events.forEach(this::acknowledged);
                        caller.reply(reply);
                    } else {
                        events.forEach(event -> inFlight.release(event, 0));
                        caller.reply(Reply.failure(SendFailures.code(outcome), SendFailures.remark(outcome)));
                    }
                }));
    }

    private void acknowledged(PopEvent.Settled event) {
        counters.acknowledged.add(Integer.bitCount(event.bits()));
        QueueKey key = event.queue();
        if (event.mark() == Receipt.ORDERED && !inFlight.isBlocked(key, null, clock.millis())) {
            parked.wakeNext(key.consumerGroup(), key.topic(), key.queueId());
        }
    }

    void batchAck(BatchAck request, Caller caller) {
        List<BatchAcks.Entry> entries = request.acks().acks();
        if (entries.isEmpty()) {
            throw new RequestFailure(ResponseCode.NO_MESSAGE, "the request acknowledges nothing; send acks");
        }
        if (entries.size() > ENTRIES_MAX) {
            throw PopRules.invalid(entries.size() + " acks in one request; send at most " + ENTRIES_MAX);
        }
        List<PopEvent.Settled> events = new ArrayList<>();
        int missing = 0;
        for (BatchAcks.Entry entry : entries) {
            missing += claim(entry, events);
        }
        counters.refused.add(missing);
        Reply reply = missing == 0
                ? Reply.success()
                : Reply.failure(
                        ResponseCode.NO_MESSAGE,
                        missing + " messages are not in flight with these receipts: they were settled, delivered again"
                                + " or never handed out; all others are acknowledged");
        if (events.isEmpty()) {
            caller.reply(reply);
        } else {
            settle(events, caller, reply);
        }
    }

    /** Claims the messages of one take; gives how many are not in flight. */
    private int claim(BatchAcks.Entry entry, List<PopEvent.Settled> into) {
        QueueKey key = new QueueKey(entry.c(), topic(entry), entry.q());
        Receipt receipt = new Receipt(entry.so(), entry.pt(), entry.it(), entry.rq(), brokerName);
        int missing = 0;
        PopEvent.Settled all = null;
        BitSet bits = bits(entry);
        for (int bit = bits.nextSetBit(0); bit >= 0; bit = bits.nextSetBit(bit + 1)) {
            Optional<PopEvent.Settled> claimed = inFlight.claim(key, receipt, entry.so() + bit);
            if (claimed.isEmpty()) {
                missing++;
            } else {
                PopEvent.Settled one = claimed.get();
                int before = all == null ? 0 : all.bits();
                all = new PopEvent.Settled(one.queue(), one.start(), one.takenMs(), one.mark(), before | one.bits());
            }
        }
        if (all != null) {
            into.add(all);
        }
        return missing;
    }

    private static BitSet bits(BatchAcks.Entry entry) {
        BitSet bits;
        try {
            bits = BitSet.valueOf(Base64.getDecoder().decode(entry.b()));
        } catch (IllegalArgumentException e) {
            throw PopRules.invalid("member b of an ack is no Base64: " + e.getMessage());
        }
        if (bits.cardinality() > PopEvent.Taken.COUNT_MAX) {
            throw PopRules.invalid(
                    bits.cardinality() + " messages in one ack; a take has at most " + PopEvent.Taken.COUNT_MAX);
        }
        return bits;
    }

    private static String topic(BatchAcks.Entry entry) {
        return switch (entry.r()) {
            case "0" -> entry.t();
            case "1" -> TopicNames.popRetryTopic(entry.c(), entry.t());
            case "2" -> TopicNames.popRetryTopicV2(entry.c(), entry.t());
            default -> throw PopRules.invalid("member r of an ack is '" + entry.r() + "', not 0, 1 or 2");
        };
    }

    void changeInvisibleTime(ChangeInvisibleTime request, Caller caller) {
        rules.checkInvisibleTime(request.invisibleTime());
        QueueKey key = new QueueKey(request.consumerGroup(), request.topic(), request.queueId());
        PopEvent.Settled claimed = claim(key, receipt(request.extraInfo()), request.offset());
        // Later than the take, so that a message of it never gets the receipt of the whole take.
        long nowMs = Math.max(clock.millis(), claimed.takenMs() + 1);
        PopEvent.Renewed renewed = new PopEvent.Renewed(
                claimed.queue(),
                claimed.start(),
                claimed.takenMs(),
                claimed.mark(),
                Integer.numberOfTrailingZeros(claimed.bits()),
                nowMs,
                request.invisibleTime());
        boolean isOrdered = claimed.mark() == Receipt.ORDERED;
        long takenMs = isOrdered ? claimed.takenMs() : nowMs;
        ReplyHeader header =
                new ReplyHeader.InvisibleTimeReply(takenMs, nowMs + request.invisibleTime() - takenMs, claimed.mark());
        appends.append(List.of(renewed), true)
                .thenAccept(outcome -> Answers.answering(caller, () -> {
                    if (outcome instanceof AppendOutcome.Appended) {
                        counters.renewed.increment();
                        caller.reply(Reply.success(header));
                    } else {
                        inFlight.release(claimed, 0);
                        caller.reply(Reply.failure(SendFailures.code(outcome), SendFailures.remark(outcome)));
                    }
                }));
    }
}
