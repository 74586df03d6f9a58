/** Tests of transactions against a store whose agents run by hand. */
@NullMarked
package dev.millrace.broker.transaction;

import org.jspecify.annotations.NullMarked;
