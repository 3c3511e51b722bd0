-- What may be compared of each subject when a model learns? Everything a night would compare; shared phones and addresses left in.
select
    * exclude (identity_hash),
    list_distinct(list_concat(first_names, middle_names)) as given_names
from temp.linked_standardised
