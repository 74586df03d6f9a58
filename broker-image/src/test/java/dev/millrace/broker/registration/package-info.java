/** Tests of what NameServers are told. */
@NullMarked
package dev.millrace.broker.registration;

import org.jspecify.annotations.NullMarked;
