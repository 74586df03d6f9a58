/** Tests of the package of the same name. */
@NullMarked
package dev.millrace.client.internal.send;

import org.jspecify.annotations.NullMarked;
