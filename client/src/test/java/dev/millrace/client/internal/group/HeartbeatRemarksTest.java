package dev.millrace.client.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HeartbeatRemarksTest {
    @Test
    void tellsEachRemarkOnceUntilItChanges() {
        HeartbeatRemarks remarks = new HeartbeatRemarks();

        assertThat(remarks.isNew("a:1", null)).isFalse();
        assertThat(remarks.isNew("a:1", "differ")).isTrue();
        assertThat(remarks.isNew("a:1", "differ")).isFalse();
        assertThat(remarks.isNew("b:1", "differ")).isTrue();
        assertThat(remarks.isNew("a:1", "differ otherwise")).isTrue();
        assertThat(remarks.isNew("a:1", null)).isFalse();
        assertThat(remarks.isNew("a:1", "differ otherwise")).isTrue();
        remarks.retain(Set.of("b:1"));
        assertThat(remarks.isNew("a:1", "differ otherwise")).isTrue();
        assertThat(remarks.isNew("b:1", "differ")).isFalse();
    }
}
