package dev.millrace.store.dispatch;

import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import java.util.List;

/**
 * Those who derive state of their own from the log.
 *
 * <p>Owner: the opening thread, then the dispatch thread.
 */
// hot path
public final class Followers {
    static final Followers NONE = new Followers(List.of());

    private final LogFollower[] followers;
    private final long[] resumePositions;

    public Followers(List<LogFollower> followers) {
        this.followers = followers.toArray(LogFollower[]::new);
        this.resumePositions = new long[this.followers.length];
    }

    /**
     * Asks each from where it needs records; the least of the answers, at most {@code endPosition}.
     *
     * @param minPosition position of the log's first record
     * @param endPosition position behind its last
     */
    public long startAt(long minPosition, long endPosition) {
        long least = endPosition;
        for (int i = 0; i < followers.length; i++) {
            resumePositions[i] = Math.clamp(followers[i].resumePosition(endPosition), minPosition, endPosition);
            least = Math.min(least, resumePositions[i]);
        }
        return least;
    }

    /** A record that some may have seen before. */
    public void offerAgain(LogRecord record) {
        for (int i = 0; i < followers.length; i++) {
            if (record.position() >= resumePositions[i] && followers[i].wants(record)) {
                followers[i].follow(record);
            }
        }
    }

    /** A new record. */
    void offer(LogRecord record) {
        for (LogFollower follower : followers) {
            if (follower.wants(record)) {
                follower.follow(record);
            }
        }
    }

    /** Whether all do without the records before this position. */
    public boolean mayRemoveBefore(long position) {
        boolean isFree = true;
        for (LogFollower follower : followers) {
            isFree &= follower.mayRemoveBefore(position);
        }
        return isFree;
    }

    /** Every record before this position was offered. */
    public void reached(long position) {
        for (LogFollower follower : followers) {
            follower.reached(position);
        }
    }
}
