-- Which admitted diagnoses are in the proxy set of serious mental illness, and which of substance use disorder?
select admitted.*, regexp_full_match(icd10, $smi_pattern) as is_smi, regexp_full_match(icd10, $sud_pattern) as is_sud
from temp.admitted as admitted
