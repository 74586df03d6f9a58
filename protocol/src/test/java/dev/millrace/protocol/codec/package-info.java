/** Tests of the codec. */
@NullMarked
package dev.millrace.protocol.codec;

import org.jspecify.annotations.NullMarked;
