package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.namesrv.keyvalue.KeyValues;
import dev.millrace.namesrv.liveness.BrokerKey;
import dev.millrace.namesrv.settings.LiveSettings;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.command.ReplyHeader.RegisterBrokerReply;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a broker and its topics into the routes. Thread-safe: immutable. */
public final class RegisterBrokerHandler implements Handler<RegisterBroker> {
    private static final Logger LOG = LoggerFactory.getLogger(RegisterBrokerHandler.class);

    private final RouteTable table;
    private final KeyValues values;
    private final LiveSettings settings;

    public RegisterBrokerHandler(RouteTable table, KeyValues values, LiveSettings settings) {
        this.table = table;
        this.values = values;
        this.settings = settings;
    }

    @Override
    public Reply handle(RegisterBroker request, Caller caller) {
        Registration broker = registration(request, caller);
        return switch (table.register(broker, settings.current().deleteTopicsWithRegistration())) {
            case RegisterOutcome.Registered registered -> registered(broker, registered);
            case RegisterOutcome.Ignored ignored -> ignored(broker, ignored);
            case RegisterOutcome.Refused refused ->
                Reply.failure(
                        ResponseCode.SYSTEM_ERROR,
                        "register broker failed: the first registration must carry all" + " topics, not a single one");
        };
    }

    private Registration registration(RegisterBroker request, Caller caller) {
        Long silenceMaxMs = request.heartbeatTimeoutMillis();
        Duration silenceMax = silenceMaxMs == null || silenceMaxMs <= 0
                ? settings.current().brokerExpiry()
                : Duration.ofMillis(silenceMaxMs);
        return new Registration(
                new BrokerKey(request.clusterName(), request.brokerAddr()),
                request.brokerName(),
                request.brokerId(),
                request.haServerAddr(),
                request.enableActingMaster(),
                caller.fields().text(Zone.NAME_FIELD),
                silenceMax,
                RegistrationBody.read(request, caller.fields().version()),
                caller.connection());
    }

    private Reply registered(Registration broker, RegisterOutcome.Registered outcome) {
        if (outcome.isNew()) {
            LOG.atInfo()
                    .addKeyValue("cluster", broker.key().cluster())
                    .addKeyValue("broker", broker.brokerName())
                    .addKeyValue("client", broker.key().address())
                    .log(
                            "broker registered with id {} and {} topics",
                            broker.brokerId(),
                            broker.topics().topicConfigTable().size());
        }
        Reply reply = Reply.success(new RegisterBrokerReply(outcome.masterHaAddress(), outcome.masterAddress()));
        Map<String, String> orderTopics = values.values(KeyValues.ORDER_TOPICS);
        return orderTopics.isEmpty() ? reply : reply.withBody(ReplyBody.json(new KeyValueTable(orderTopics)));
    }

    private static Reply ignored(Registration broker, RegisterOutcome.Ignored outcome) {
        LOG.atWarn()
                .addKeyValue("broker", broker.brokerName())
                .addKeyValue("client", broker.key().address())
                .log("registration ignored, {} holds the same id with newer topics", outcome.byAddress());
        return Reply.success();
    }
}
