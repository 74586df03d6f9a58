@NullMarked
package dev.millrace.store.epoch;

import org.jspecify.annotations.NullMarked;
