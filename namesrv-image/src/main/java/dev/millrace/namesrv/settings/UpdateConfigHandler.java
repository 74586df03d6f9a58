package dev.millrace.namesrv.settings;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.NamesrvRequest.UpdateNamesrvConfig;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Changes settings while the program runs; code 16 for those that need a start. Thread-safe: immutable. */
public final class UpdateConfigHandler implements Handler<UpdateNamesrvConfig> {
    private final LiveSettings settings;

    public UpdateConfigHandler(LiveSettings settings) {
        this.settings = settings;
    }

    @Override
    public Reply handle(UpdateNamesrvConfig request, Caller caller) {
        try {
            String text = StandardCharsets.UTF_8.decode(request.properties()).toString();
            Map<String, String> changes = Settings.parse(text);
            List<String> refusals = settings.refusals(changes);
            if (!refusals.isEmpty()) {
                return Reply.failure(ResponseCode.NO_PERMISSION, String.join("; ", refusals));
            }
            settings.change(changes);
            return Reply.success();
        } catch (ConfigException e) {
            return Reply.failure(ResponseCode.SYSTEM_ERROR, String.join("; ", e.problems()));
        }
    }
}
