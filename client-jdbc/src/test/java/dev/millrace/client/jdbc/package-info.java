/** Tests over H2 in memory; other databases are tested in {@code e2e/idempotence}. */
@NullMarked
package dev.millrace.client.jdbc;

import org.jspecify.annotations.NullMarked;
