/**
 * What NameServers tell: routes of topics, brokers and clusters, topic definitions and their versions.
 *
 * <p>Thread-safe: immutable. Imports the JDK only.
 */
@NullMarked
package dev.millrace.protocol.route;

import org.jspecify.annotations.NullMarked;
