/** Tests of the package of the same name. */
@NullMarked
package dev.millrace.client.internal.message;

import org.jspecify.annotations.NullMarked;
