/** Tests of requests and connections. */
@NullMarked
package dev.millrace.client.internal.net;

import org.jspecify.annotations.NullMarked;
