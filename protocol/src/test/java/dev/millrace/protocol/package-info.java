/** What tests of several packages use. */
@NullMarked
package dev.millrace.protocol;

import org.jspecify.annotations.NullMarked;
