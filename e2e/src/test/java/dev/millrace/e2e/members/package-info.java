/**
 * Applications as processes of their own, which a test starts, ends and kills, and which tell it over a connection what
 * they do.
 *
 * <p>Owner: the test that started them. A process has the class path of its own client only: {@code RocketMq...} the
 * published client, {@code Millrace...} ours. May import those clients and {@code dev.millrace.e2e.servers}.
 */
@NullMarked
package dev.millrace.e2e.members;

import org.jspecify.annotations.NullMarked;
