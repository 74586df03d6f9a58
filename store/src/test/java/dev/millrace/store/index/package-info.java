/** Tests. */
@NullMarked
package dev.millrace.store.index;

import org.jspecify.annotations.NullMarked;
