/** Tests. */
@NullMarked
package dev.millrace.store.file;

import org.jspecify.annotations.NullMarked;
