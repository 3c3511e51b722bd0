-- From which value on does a person meet each criterion?
-- min: the minimum itself. percentile: linear interpolation, among users or among everybody who passes the person filter (zeros
-- included). rank: the value of the last place, so that everybody tied with it is in.
with people as (
    select definition_id, domain, count(*) as people
    from scope.definition_person
    where definition_id in (select definition_id from scope.criterion where percentile is not null and among <> 'users')
    group by all
),
-- Most people share their value with many others.
spread as (
    select criterion_code, domain, value, count(*) as people
    from scope.criterion_value
    semi join (select criterion_code from scope.criterion where minimum is null) as ranked using (criterion_code)
    group by criterion_code, domain, value
),
placed as (
    select
        criterion_code,
        domain,
        value,
        people,
        (sum(people) over (partition by criterion_code, domain order by value rows between unbounded preceding and current row))::bigint
            as from_below,
        (sum(people) over (partition by criterion_code, domain))::bigint as users
    from spread
),
sized as (
    select
        placed.criterion_code,
        placed.domain,
        placed.value,
        placed.people,
        placed.from_below,
        criterion.rank,
        -- How many have more.
        placed.users - placed.from_below as above_it,
        -- Place of the percentile among all, and how many zeros lie below the first user.
        criterion.percentile / 100
        * (case criterion.among when 'users' then placed.users else coalesce(people.people, placed.users) end - 1) as place,
        case criterion.among when 'users' then 0 else coalesce(people.people, placed.users) - placed.users end as zeros
    from placed
    join scope.criterion using (criterion_code)
    left join people on people.definition_id = criterion.definition_id and people.domain = placed.domain
),
ends as (
    select
        criterion_code,
        domain,
        any_value(rank) as rank,
        any_value(place) as place,
        coalesce(
            max(value) filter (where floor(place) - zeros >= from_below - people and floor(place) - zeros < from_below), 0
        ) as below,
        coalesce(max(value) filter (where ceil(place) - zeros >= from_below - people and ceil(place) - zeros < from_below), 0) as above,
        min(value) filter (where above_it < rank) as last_place
    from sized
    group by criterion_code, domain
),
cut as (
    select
        criterion_code,
        domain,
        case
            when rank is not null then last_place
            else below + (place - floor(place)) * (above - below)
        end as cut
    from ends
    union all
    select criterion.criterion_code, valued.domain, criterion.minimum as cut
    from scope.criterion
    join (select criterion_code, domain from scope.criterion_value group by all) as valued using (criterion_code)
    where criterion.minimum is not null
)
select criterion.definition_id, criterion.criterion_no, cut.domain, cut.cut
from cut
join scope.criterion using (criterion_code)
