/**
 * Store files read byte by byte, without any code of a server, to compare what two servers wrote.
 *
 * <p>Owner: the test that reads; the broker has ended before. Imports the JDK and AssertJ only.
 */
@NullMarked
package dev.millrace.e2e.storefiles;

import org.jspecify.annotations.NullMarked;
