package dev.millrace.store;

/**
 * A picture of the store at one moment.
 *
 * @param diskUsedRatio used part of the partition of the commit log, 0..1
 * @param appendedCount records appended since the start
 * @param dispatchBehindBytes bytes of the log that queues and index do not show yet
 * @param earliestStoreTimeMs store time of the oldest record, -1 if there is none
 * @param waitingAppends requests in the inbox of the commit-log thread
 * @param segmentsMadeLate segments that the commit-log thread had to make itself because none was ready
 */
public record StoreStatistics(
        long logBytes,
        int logSegments,
        int queueCount,
        long freeDiskBytes,
        double diskUsedRatio,
        long appendedCount,
        long dispatchBehindBytes,
        long earliestStoreTimeMs,
        long flushCount,
        long segmentsMadeLate,
        int waitingAppends) {}
