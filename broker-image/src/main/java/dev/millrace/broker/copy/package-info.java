/**
 * One copy of a broker group, running: store, election record, connections with the other copies, and the role thread that
 * lets {@link dev.millrace.broker.role.Copy} decide and does what it asks for.
 *
 * <p>Owner: role thread. Imports {@code role}, {@code record}, {@code replication} and {@code store}.
 */
@NullMarked
package dev.millrace.broker.copy;

import org.jspecify.annotations.NullMarked;
