/**
 * Where election records are kept without Kubernetes: in a folder that the processes of one machine share, or in memory; and
 * what the first record of a group says.
 *
 * <p>{@link dev.millrace.broker.record.GroupFolder} is what commands use, {@link dev.millrace.broker.record.FileElectionRecord}
 * what a broker uses. The files: docs/storage-format.md, section "Election record".
 *
 * <p>Owner: see each class. Imports {@code broker.role}, {@code protocol.codec}.
 */
@NullMarked
package dev.millrace.broker.record;

import org.jspecify.annotations.NullMarked;
