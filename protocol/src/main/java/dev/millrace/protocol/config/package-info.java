/**
 * Binds text settings (a properties file, environment variables, {@code --set key=value}) to the configuration records
 * of each program, and writes the reference page of all settings.
 *
 * <p>Owner: the thread that starts the program. Imports the JDK only.
 */
@NullMarked
package dev.millrace.protocol.config;

import org.jspecify.annotations.NullMarked;
