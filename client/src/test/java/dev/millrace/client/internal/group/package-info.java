/** Tests of the package of the same name. */
@NullMarked
package dev.millrace.client.internal.group;

import org.jspecify.annotations.NullMarked;
