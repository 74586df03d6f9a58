package dev.millrace.client.internal.send;

import dev.millrace.client.internal.message.Preparation;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;

/**
 * What all sends of a producer share.
 *
 * @param later runs something on the timer thread
 */
public record SendContext(
        Requests requests, RouteCache routes, Preparation preparation, ClientClock clock, Later later) {}
