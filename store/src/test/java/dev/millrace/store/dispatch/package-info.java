/** Tests. */
@NullMarked
package dev.millrace.store.dispatch;

import org.jspecify.annotations.NullMarked;
