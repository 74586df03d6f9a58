package dev.millrace.namesrv.settings;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.GetNamesrvConfig;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Answers with all settings in force as properties text. Thread-safe: immutable. */
public final class GetConfigHandler implements Handler<GetNamesrvConfig> {
    private final LiveSettings settings;

    public GetConfigHandler(LiveSettings settings) {
        this.settings = settings;
    }

    @Override
    public Reply handle(GetNamesrvConfig request, Caller caller) {
        String text = Settings.describe(settings.current()).entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        return Reply.success().withBody(ReplyBody.of(text.getBytes(StandardCharsets.UTF_8)));
    }
}
