/**
 * The open store: puts the parts together, hands requests over, takes everything down.
 *
 * <p>Owner thread: none; it is called by any. Imports all packages of the store.
 */
@NullMarked
package dev.millrace.store.engine;

import org.jspecify.annotations.NullMarked;
