package dev.faas.registry.schedule;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.registry.RegistryPg;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleStoreTest {
    private static final Pattern BLOCKS = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");

    /** Also by the plan for all values, which Postgres takes after some executions. */
    @Test
    void givenALongHistory_whenATimeOrARareOutcomeIsLookedFor_thenOnlyAFewBlocksAreRead(@TempDir Path directory)
            throws Exception {
        var vertx = Vertx.vertx();
        try (var postgres = TestPostgres.start(directory)) {
            var pg = RegistryPg.open(vertx, postgres, 1);
            var read = new ArrayList<Integer>();
            await(pg.withPool(pool -> pool.query("""
                            insert into tick (schedule_id, nominal, kind, owner, outcome, due_at)
                            select 'sch_a', now() - i * interval '1 second', 'schedule', 'usr_a',
                                case when i = 99999 then 'missed' else 'fired' end, now()
                            from generate_series(1, 100000) i""")
                    .execute()
                    .compose(added -> pool.query("analyze tick").execute())
                    .compose(ready -> pool.query("set plan_cache_mode = force_generic_plan")
                            .execute())
                    .compose(ready -> pool.query("prepare find (text, timestamptz) as " + ScheduleStore.FIND_TICK)
                            .execute())
                    .compose(
                            ready -> pool.query("prepare list (text, text, timestamptz, timestamptz, timestamptz, text,"
                                            + " text, int) as " + ScheduleStore.listTicks(true))
                                    .execute())));
            for (var question :
                    List.of("find ('sch_a', now())", "list ('sch_a', 'missed', null, null, null, null, null, 100)")) {
                var plan = new StringBuilder();
                await(pg.withPool(pool -> pool.query("explain (analyze, buffers) execute " + question)
                                .execute()))
                        .forEach(row -> plan.append(row.getString(0)).append('\n'));
                var blocks = BLOCKS.matcher(plan);
                assertThat(blocks.find()).as(plan.toString()).isTrue();
                read.add(Integer.parseInt(blocks.group(1))
                        + (blocks.group(2) == null ? 0 : Integer.parseInt(blocks.group(2))));
            }

            assertThat(read).allSatisfy(blocks -> assertThat(blocks).isLessThan(50));
            await(pg.close());
        }
        await(vertx.close());
    }
}
