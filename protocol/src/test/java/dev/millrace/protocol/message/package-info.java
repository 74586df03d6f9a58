/** Tests of the message layout. */
@NullMarked
package dev.millrace.protocol.message;

import org.jspecify.annotations.NullMarked;
