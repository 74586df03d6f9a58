/** Spring Boot applications with the starter, against real servers; as an application, they import nothing internal. */
@NullMarked
package dev.millrace.e2e.spring;

import org.jspecify.annotations.NullMarked;
