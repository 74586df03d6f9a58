/** Tests of the client against fake servers. */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
