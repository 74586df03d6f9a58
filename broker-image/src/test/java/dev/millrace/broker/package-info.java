/** Tests of the whole broker over real sockets. */
@NullMarked
package dev.millrace.broker;

import org.jspecify.annotations.NullMarked;
