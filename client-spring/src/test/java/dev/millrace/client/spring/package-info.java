/** Tests of the starter. Owner: each test. */
@NullMarked
package dev.millrace.client.spring;

import org.jspecify.annotations.NullMarked;
