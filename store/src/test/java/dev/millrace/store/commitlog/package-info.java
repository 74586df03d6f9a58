/** Tests. */
@NullMarked
package dev.millrace.store.commitlog;

import org.jspecify.annotations.NullMarked;
