/** Tests of the package of the same name. */
@NullMarked
package dev.millrace.client.internal.route;

import org.jspecify.annotations.NullMarked;
