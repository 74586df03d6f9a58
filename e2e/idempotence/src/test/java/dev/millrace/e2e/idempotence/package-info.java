/** Idempotent listeners over real Redis, PostgreSQL and MariaDB servers, started and stopped here on 127.0.0.1. */
@NullMarked
package dev.millrace.e2e.idempotence;

import org.jspecify.annotations.NullMarked;
