-- From which value on does a person meet each criterion?
-- min: the minimum itself. percentile: linear interpolation, among users or among everybody who passes the person filter (zeros
-- included). rank: the value of the last place, so that everybody tied with it is in.
with people as (
    select definition_id, domain, count(*) as people
    from scope.definition_person
    where definition_id in (select definition_id from scope.criterion where percentile is not null and among <> 'users')
    group by all
),
placed as (
    select
        definition_id,
        criterion_no,
        domain,
        value,
        row_number() over (partition by definition_id, criterion_no, domain order by value) - 1 as from_below,
        row_number() over (partition by definition_id, criterion_no, domain order by value desc) as from_above,
        count(*) over (partition by definition_id, criterion_no, domain) as users
    from scope.criterion_value
    semi join (select definition_id, criterion_no from scope.criterion where minimum is null) as ranked using (definition_id, criterion_no)
),
sized as (
    select
        placed.*,
        criterion.rank,
        -- Place of the percentile among all, and how many zeros lie below the first user.
        criterion.percentile / 100 * (case criterion.among when 'users' then users else coalesce(people.people, users) end - 1) as place,
        case criterion.among when 'users' then 0 else coalesce(people.people, users) - users end as zeros
    from placed
    join scope.criterion using (definition_id, criterion_no)
    left join people using (definition_id, domain)
),
ends as (
    select
        definition_id,
        criterion_no,
        domain,
        any_value(rank) as rank,
        any_value(place) as place,
        coalesce(max(value) filter (where from_below + zeros = floor(place)), 0) as below,
        coalesce(max(value) filter (where from_below + zeros = ceil(place)), 0) as above,
        min(value) filter (where from_above <= rank) as last_place
    from sized
    group by all
)
select
    definition_id,
    criterion_no,
    domain,
    case
        when rank is not null then last_place
        else below + (place - floor(place)) * (above - below)
    end as cut
from ends
union all
select criterion.definition_id, criterion.criterion_no, valued.domain, criterion.minimum as cut
from scope.criterion
join (select definition_id, criterion_no, domain from scope.criterion_value group by all) as valued using (definition_id, criterion_no)
where criterion.minimum is not null
