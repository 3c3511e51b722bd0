-- Which phones and addresses may have become shared, or stopped being so: those that a subject has who was written anew tonight, and all
-- that were shared before? A value becomes shared through a new user only; every other is used by as few as before.
select 'phone' as kind, unnest(phones) as value from temp.linked_opened
union
select 'address', unnest(addresses) from temp.linked_opened
union
select kind, value from linked.shared_value where domain = $domain and known_to is null
