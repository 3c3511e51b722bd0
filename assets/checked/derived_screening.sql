-- What did each admitted screen answer, in the order of its form, however it was delivered? A form nobody answered has no answers.
with answered as (
    select
        admitted.*,
        list_slice(
            [item_1, item_2, item_3, item_4, item_5, item_6, item_7, item_8, item_9, item_10, item_11, item_12],
            1, list_extract($form_sizes::integer[], list_position($forms::varchar[], screen))
        ) as by_item
    from temp.admitted as admitted
)
select
    * exclude (by_item)
    replace (
        coalesce(answers, case when len(list_filter(by_item, lambda item: item is not null)) > 0 then by_item end) as answers
    )
from answered
