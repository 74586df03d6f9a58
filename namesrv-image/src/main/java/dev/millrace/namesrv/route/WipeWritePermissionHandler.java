package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.WipeWritePermission;
import dev.millrace.protocol.command.ReplyHeader.WipeWritePermissionReply;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.transport.Reply;

/** Takes the write permission from all topics of a broker until its topics change. Thread-safe: immutable. */
public final class WipeWritePermissionHandler implements Handler<WipeWritePermission> {
    private final RouteTable table;

    public WipeWritePermissionHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(WipeWritePermission request, Caller caller) {
        int count = table.changePermissions(request.brokerName(), permission -> permission & ~Permission.WRITE);
        return Reply.success(new WipeWritePermissionReply(count));
    }
}
