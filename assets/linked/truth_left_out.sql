-- How many linkable subjects have no single true person: unknown to truth, or a vendor key that stood for two people?
select
    (select count(*) from linked.membership where link_state <> 'withheld')
        - (select count(*) from temp.linked_truth)
        - count(*) filter (where subject.is_key_reuse) as unknown_to_truth,
    count(*) filter (where subject.is_key_reuse) as shared_vendor_keys
from linked.membership as membership
join checked.subject as subject on subject.subject_id = membership.subject_id
left join temp.linked_truth as truth on truth.subject_id = membership.subject_id
where membership.link_state <> 'withheld' and truth.subject_id is null
