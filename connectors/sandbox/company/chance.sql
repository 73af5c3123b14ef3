-- Chance and clocks: draws that depend on nothing but the seed, what is drawn and for whom.
create temp macro u(purpose, no) as
    -- Hashed twice: one combined hash only exclusive-ors its parts, and two draws for one person would agree.
    cast(hash(hash({seed}, purpose, no)) >> 11 as double) / 9007199254740992.0;
create temp macro bell(purpose, no) as
    sqrt(-2 * ln(1 - u(purpose, no))) * cos(2 * pi() * u(purpose || ' angle', no));
create temp macro wait(median_days, sigma, purpose, no) as
    to_seconds(cast(ceil(86400 * median_days * exp(sigma * bell(purpose, no))) as bigint));
create temp macro to_local(moment) as (moment at time zone 'UTC') at time zone '{zone}';
create temp macro to_utc(local_time) as (local_time at time zone '{zone}') at time zone 'UTC';
-- The first working moment at or after: Monday to Friday, nine to six.
create temp macro next_open_day(local_time) as
    cast(date_trunc('day', local_time + interval 6 hour) as date)
    + case isodow(local_time + interval 6 hour) when 6 then 2 when 7 then 1 else 0 end;
create temp macro in_hours(local_time, spread) as
    case
        when next_open_day(local_time) > cast(local_time as date) or hour(local_time) < 9
            then cast(next_open_day(local_time) as timestamp) + to_seconds(cast(32400 + floor(10800 * spread) as bigint))
        else local_time
    end;
create temp macro at_work(moment, purpose, no) as
    -- Whole seconds, as every CRM can carry them.
    to_utc(in_hours(to_local(date_trunc('second', moment)), u(purpose || ' hour', no)));
-- Machines work at any time; some of their jobs run at midnight, some when the clocks change.
create temp macro by_machine(moment, purpose, no) as
    case
        when u(purpose || ' job', no) < 0.02
            then to_utc(cast(cast(to_local(moment) as date) + 1 as timestamp))
        when u(purpose || ' job', no) < 0.5
            then coalesce(
                (select min(c.change_at) from drawn.clock_changes as c where c.change_at between moment and moment + interval 2 day),
                moment)
        else moment
    end;
-- Most of marketing's stages are set by a machine, some by somebody.
create temp macro is_by_hand(purpose, no) as u(purpose || ' by hand', no) < 0.1;
create temp macro by_hand_or_machine(moment, purpose, no) as
    case when is_by_hand(purpose, no) then at_work(moment, purpose, no) else by_machine(moment, purpose, no) end;
create temp macro spell(moment) as
    cast(floor((cast(to_local(moment) as date) - date '{epoch}' - 100) / 364) as bigint);
create temp macro spell_end(number) as to_utc(cast(date '{epoch}' + cast(100 + 364 * (number + 1) as integer) as timestamp) + interval 18 hour);
-- The last place among the reps changes hands every 52 weeks; who left is numbered from 1000.
create temp macro rep_in(slot, moment) as
    case when slot = getvariable('reps') then 1000 + spell(moment) else slot end;
