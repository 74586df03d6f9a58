/**
 * Files of fixed size on a seam, {@link dev.millrace.store.Disk}, that tests replace.
 *
 * <p>Owner thread: none; each class names its owner. Imports {@code store} for its errors, and the JDK.
 */
@NullMarked
package dev.millrace.store.file;

import org.jspecify.annotations.NullMarked;
