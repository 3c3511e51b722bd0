-- What happened first after each release: a community service, another booking, or leaving the community?
with released as (
    select * from scope.booking where is_counted and released_at is not null
),
service as (
    select domain, person_key, start_at from scope.matched_contact where filter_id = 'connection' group by all
),
withheld as (
    select domain, person_key
    from scope.membership
    where link_state = 'withheld' and (system = $connection_system or system in (select system from scope.booking))
    group by all
)
select
    released.*,
    service.start_at as first_service_at,
    coalesce(list_contains($leaves_community::varchar[], released.release_type), false) as leaves_community,
    withheld.person_key is null as is_linkable
from released
asof left join service
    on released.domain = service.domain and released.person_key = service.person_key and released.released_at <= service.start_at
left join withheld on withheld.domain = released.domain and withheld.person_key = released.person_key
