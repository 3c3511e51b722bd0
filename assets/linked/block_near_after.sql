-- Who holds these keys once tonight's subjects have moved?
select near.node, near.key from temp.linked_near as near anti join temp.linked_moved as moved on moved.node = near.node
union all
select node, key from temp.linked_block_key
