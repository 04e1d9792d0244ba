package dev.faas.pg;

import dev.faas.destination.DeliveryFilter;
import dev.faas.wire.Ids;
import io.vertx.sqlclient.Tuple;

/** Selects the deliveries of one owner. */
public final class DeliverySelect {
    /** On the table {@code delivery v}; its values are those of {@link #values}. */
    public static final String CONDITION = """
             v.owner = $1 and ($2::text is null or v.destination_id = $2)
            and ($3::text is null or v.event_id = $3) and ($4::text is null or v.state = $4)
            and ($5::timestamptz is null or v.created_at >= $5)\s""";

    /**
     * Goes on after {@code with found as (select v.id, v.leased_until … for update of v)}: the attempts of these begin again, unless
     * one is under way, and a function is called by a new activation. One that is pending keeps its activation's id: an attempt may
     * have submitted it.
     */
    public static final String REDELIVER = """
            , changed as (
                update delivery v set state = 'pending', reason = null, attempt = 0, due_at = now(),
                    submit_id = case when v.state = 'pending' then v.submit_id end
                from found where v.id = found.id and (found.leased_until > now()) is not true)
            select id from found order by id""";

    private DeliverySelect() {}

    public static Tuple values(String owner, DeliveryFilter filter) {
        var activation = filter.activation();
        var state = filter.state();
        return Tuple.tuple()
                .addValue(owner)
                .addValue(filter.destination())
                .addValue(activation == null ? null : Ids.event(activation))
                .addValue(state == null ? null : state.text())
                .addValue(Pg.optionalUtc(filter.since()));
    }
}
