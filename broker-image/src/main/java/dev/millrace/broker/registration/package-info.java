/**
 * Tells the NameServers where this broker is and which topics it has.
 *
 * <p>Owner: the registration thread.
 */
@NullMarked
package dev.millrace.broker.registration;

import org.jspecify.annotations.NullMarked;
