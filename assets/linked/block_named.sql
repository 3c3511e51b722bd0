-- Who stands behind which node? Asked once a night: to hash everybody's id is the dear part.
select subject_id, md5_number_lower(subject_id) as node from linked.standardised where domain = $domain and known_to is null
