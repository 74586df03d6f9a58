package dev.millrace.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.StoreKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcStoreTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final StoreKey KEY = StoreKey.of("g", "1");

    private final DataSource source = Samples.database();
    private final JdbcStore store = JdbcStore.of(source, JdbcSettings.defaults());

    @BeforeEach
    void createTable() {
        store.createTable();
        store.createTable();
    }

    private Claim claim() {
        return ((ClaimOutcome.Claimed) store.claim(KEY, LEASE)).claim();
    }

    /** Moves all rows into the past: the database's own clock can't be moved. */
    private int shiftBack(Duration age) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate("UPDATE millrace_idempotence SET until_ms = until_ms - " + age.toMillis());
        }
    }

    @Test
    void givesAKeyToOneClaimantUntilItsLeaseIsOver() throws SQLException {
        Claim first = claim();

        ClaimOutcome second = store.claim(KEY, LEASE);
        shiftBack(LEASE);
        Claim third = claim();

        assertThat(second)
                .isInstanceOfSatisfying(
                        ClaimOutcome.Held.class,
                        held -> assertThat(held.leaseLeft()).isBetween(Duration.ofSeconds(1), LEASE));
        assertThat(third.fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(store.renew(first, LEASE)).isFalse();
        assertThat(store.complete(first, RETENTION)).isFalse();
        assertThat(store.complete(third, RETENTION)).isTrue();
    }

    @Test
    void remembersWhatIsDoneForTheRetention() throws SQLException {
        store.complete(claim(), RETENTION);

        ClaimOutcome soon = store.claim(KEY, LEASE);
        shiftBack(RETENTION);
        ClaimOutcome later = store.claim(KEY, LEASE);

        assertThat(soon).isEqualTo(new ClaimOutcome.Done());
        assertThat(later).isInstanceOf(ClaimOutcome.Claimed.class);
    }

    @Test
    void aReleasedKeyIsFreeWithTheNextToken() {
        Claim first = claim();

        store.release(first);
        Claim second = claim();

        assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void aRenewalAfterTheReleaseDoesNotTakeTheClaimBack() {
        Claim first = claim();
        store.release(first);

        boolean isRenewed = store.renew(first, LEASE);

        assertThat(isRenewed).isFalse();
        assertThat(store.complete(first, RETENTION)).isFalse();
        assertThat(claim().fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void rollsBackWhateverFailsATransaction() {
        Database database = JdbcWiring.database(source, JdbcSettings.defaults());

        assertThatThrownBy(() -> database.transaction("a claim", (connection, table) -> {
                    table.claim(connection, KEY, MarkTable.LEASED, LEASE);
                    throw new IllegalStateException("as planned");
                }))
                .hasMessage("as planned");

        assertThat(store.claim(KEY, LEASE)).isInstanceOf(ClaimOutcome.Claimed.class);
    }

    @Test
    void writesLostRecordsAgain() throws SQLException {
        Claim claim = claim();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM millrace_idempotence");
        }

        boolean renewed = store.renew(claim, LEASE);
        boolean completed = store.complete(claim, RETENTION);

        assertThat(renewed).isTrue();
        assertThat(completed).isTrue();
        assertThat(store.claim(KEY, LEASE)).isEqualTo(new ClaimOutcome.Done());
    }

    @Test
    void severalTogetherKeepTheirOrder() {
        List<StoreKey> keys = List.of(StoreKey.of("g", "9"), StoreKey.of("g", "1"), StoreKey.of("g", "5"));
        store.complete(claim(), RETENTION);

        List<ClaimOutcome> outcomes = store.claimAll(keys, LEASE);
        List<Claim> claims = List.of(
                ((ClaimOutcome.Claimed) outcomes.get(2)).claim(), ((ClaimOutcome.Claimed) outcomes.get(0)).claim());
        store.release(claims.get(0));
        store.claim(keys.get(2), LEASE);

        assertThat(outcomes.get(1)).isEqualTo(new ClaimOutcome.Done());
        assertThat(claims).extracting(Claim::key).containsExactly(keys.get(2), keys.get(0));
        assertThat(store.renewAll(claims, LEASE)).containsExactly(false, true);
        assertThat(store.completeAll(claims, RETENTION)).containsExactly(false, true);
    }

    @Test
    void forgetsBoundedNumbersOfOldRows() throws SQLException {
        List<StoreKey> keys = List.of(StoreKey.of("g", "1"), StoreKey.of("g", "2"), StoreKey.of("g", "3"));
        store.claimAll(keys, LEASE);

        int young = store.forgetExpired(10);
        shiftBack(Duration.ofHours(1));
        int first = store.forgetExpired(2);
        int second = store.forgetExpired(2);

        assertThat(List.of(young, first, second)).containsExactly(0, 2, 1);
    }

    @Test
    void worksOnConnectionsThatDoNotCommitByThemselves() throws SQLException {
        DataSource manual = new ManualCommits(source);

        Claim claim = ((ClaimOutcome.Claimed)
                        JdbcStore.of(manual, JdbcSettings.defaults()).claim(KEY, LEASE))
                .claim();

        assertThat(store.complete(claim, RETENTION)).isTrue();
    }

    @Test
    void saysWhatIsMissing() {
        JdbcStore other = JdbcStore.of(source, JdbcSettings.defaults().withTable("nowhere"));

        assertThatThrownBy(() -> other.claim(KEY, LEASE))
                .hasMessageContaining("a claim failed in table nowhere with SQLSTATE 42S02")
                .hasMessageContaining("createTable()");
        assertThatThrownBy(() -> JdbcSettings.defaults().withTable("a;b")).hasMessageContaining("table 'a;b'");
        assertThatThrownBy(() -> JdbcSettings.defaults().withTimeout(Duration.ZERO))
                .hasMessageContaining("timeout PT0S");
        assertThatThrownBy(() -> SqlDialect.ofProduct("Oracle")).hasMessageContaining("give a SqlDialect");
    }
}
