-- How many people of each race group have records that are linked, by tonight's links and by surer ones, and how many links are likely wrong?
-- People are tonight's, of those who may be linked, counted over the records that this product may count. What a model expects of its own
-- links is no measurement: only a judged sample says whether it is right.
with named as (
    select
        *,
        case when is_stored then 'tonight''s links' else 'links of ' || printf('%g', threshold) || ' bits or more' end
            || coalesce(' in ' || domain, '') as named_links
    from measured.linkage_by_race
)
select
    named_links as links,
    race_group,
    persons_tonight as people,
    persons_linked as people_linked,
    persons_across as people_across_systems,
    round(100 * persons_linked / nullif(persons_tonight, 0), 1) as percent_linked,
    round(100 * persons_across / nullif(persons_tonight, 0), 1) as percent_across_systems,
    round(100 * uncertain_links / nullif(links, 0), 1) as percent_links_uncertain,
    round(100 * expected_false_share, 1) as percent_links_likely_wrong,
    round(100 * expected_missed_links / nullif(links + expected_missed_links, 0), 1) as percent_links_likely_missing,
    first_value(named_links) over strength as all_links,
    coalesce(lag(named_links) over strength, named_links) as more_links
from named
window strength as (partition by domain, race_group order by threshold)
