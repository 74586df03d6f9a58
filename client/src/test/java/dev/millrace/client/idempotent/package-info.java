/** Tests of idempotent listeners over the store in memory, with time that the test moves. */
@NullMarked
package dev.millrace.client.idempotent;

import org.jspecify.annotations.NullMarked;
