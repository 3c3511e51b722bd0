-- What may be compared of each subject when a model learns? Everything a night would compare; shared phones and addresses left in.
select
    * exclude (identity_hash),
    list_distinct(list_concat(first_names, middle_names)) as given_names,
    list_filter(dobs, lambda d: d[6:] <> '01-01') as sure_dobs
from temp.linked_standardised
