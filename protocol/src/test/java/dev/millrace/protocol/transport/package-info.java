/** Tests of the transport. */
@NullMarked
package dev.millrace.protocol.transport;

import org.jspecify.annotations.NullMarked;
