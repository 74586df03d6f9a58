/** Tests. */
@NullMarked
package dev.millrace.store.queue;

import org.jspecify.annotations.NullMarked;
