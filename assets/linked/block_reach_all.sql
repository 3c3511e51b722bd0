-- Who holds a key, when everybody's pairs must be compared again?
select node, key, true as is_own from linked.block_key where domain = $domain and known_to is null
