/**
 * Orders of a shop with Spring Boot: sent as JSON, charged once by a listener method.
 *
 * <p>Owner: the main thread; listeners run on the client's. Imports the starter as any application would.
 */
@NullMarked
package dev.millrace.examples.spring;

import org.jspecify.annotations.NullMarked;
