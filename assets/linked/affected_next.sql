-- Who is affected as well, because an edge, a judgement of a person or last night's person ties it to somebody who is?
with neighbour as (
    select edge.subject_b as subject_id
    from temp.linked_relevant_edge as edge
    semi join temp.linked_frontier as frontier on frontier.subject_id = edge.subject_a
    union
    select edge.subject_a
    from temp.linked_relevant_edge as edge
    semi join temp.linked_frontier as frontier on frontier.subject_id = edge.subject_b
    union
    select other.subject_id
    from registers.main.membership as own
    semi join temp.linked_frontier as frontier on frontier.subject_id = own.subject_id
    join registers.main.membership as other
        on other.domain = own.domain and other.person_key = own.person_key and other.known_to is null
    where own.domain = $domain and own.known_to is null
)
select neighbour.subject_id
from neighbour
anti join temp.linked_affected as affected on affected.subject_id = neighbour.subject_id
