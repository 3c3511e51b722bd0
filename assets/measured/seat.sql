-- In which link domains are the people measured who may not be linked with anybody?
-- The linked stage gives each of them a person of its own in a domain of its own. Leaving them there would take them out of every base.
-- They are measured beside the others in every domain that links their system; having only their own records, they combine nothing.
with alone as (
    select domain
    from scope.given_membership
    group by domain
    having bool_and(coalesce(link_state = 'withheld', false))
),
joint as (
    select distinct given_membership.domain, given_membership.system
    from scope.given_membership
    anti join alone on alone.domain = given_membership.domain
)
select distinct given_membership.domain, coalesce(joint.domain, given_membership.domain) as measured_in
from scope.given_membership
semi join alone on alone.domain = given_membership.domain
left join joint on joint.system = given_membership.system
order by all
