/** Tests without a Redis; those with one are in {@code e2e/idempotence}. */
@NullMarked
package dev.millrace.client.redis;

import org.jspecify.annotations.NullMarked;
