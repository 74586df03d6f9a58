/** Tests of election records in files and in memory, and samples of them. */
@NullMarked
package dev.millrace.broker.record;

import org.jspecify.annotations.NullMarked;
