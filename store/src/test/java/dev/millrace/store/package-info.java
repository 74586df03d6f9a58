/** Tests of the store and what they share: records, requests, agents run by hand, a disk that loses power. */
@NullMarked
package dev.millrace.store;

import org.jspecify.annotations.NullMarked;
