/**
 * The client as beans of a Spring Boot application: settings under {@code millrace.*}, producers to inject, methods that
 * take messages, health and metrics.
 *
 * <p>Owner: the thread that starts and stops the application context; listener methods run on the client's threads. Imports
 * the client's public API, {@code client.admin}, {@code client.idempotent}, Spring, and Jackson and Micrometer in the classes
 * named after them only.
 */
@NullMarked
package dev.millrace.client.spring;

import org.jspecify.annotations.NullMarked;
