package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.AddWritePermission;
import dev.millrace.protocol.command.ReplyHeader.AddWritePermissionReply;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.transport.Reply;

/** Gives all topics of a broker read and write permission. Thread-safe: immutable. */
public final class AddWritePermissionHandler implements Handler<AddWritePermission> {
    private final RouteTable table;

    public AddWritePermissionHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(AddWritePermission request, Caller caller) {
        int count = table.changePermissions(request.brokerName(), permission -> Permission.READ_WRITE);
        return Reply.success(new AddWritePermissionReply(count));
    }
}
