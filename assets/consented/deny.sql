-- What has each person, or the law, taken away tonight, and from whom?
-- NULL in operation, recipient or element_class means every one. A deny holds from the moment it is known, however the paper was filled in.
with opted_out as (
    select
        subject_id,
        case when kind = 'restriction_522' then 'restricted' else 'opted_out' end as reason,
        -- An opt-out is total; a restriction is as narrow as it was agreed.
        case when kind = 'opt_out' or len(delivered_recipients) = 0 then [null] else delivered_recipients end as recipients,
        case when kind = 'opt_out' or len(delivered_classes) = 0 then [null] else delivered_classes end as classes,
        from_night
    from consented.consent_state
    where (provision_type = 'deny' or kind in ('opt_out', 'restriction_522'))
      and status = 'active'
      and revoked_at is null
      and (delivered_valid_to is null or $night < delivered_valid_to)
),
revoked as (
    select
        gone.subject_id,
        'revoked' as reason,
        case when len(gone.delivered_recipients) = 0 then [null] else gone.delivered_recipients end as recipients,
        case when len(gone.delivered_classes) = 0 then [null] else gone.delivered_classes end as classes,
        gone.from_night
    from consented.consent_state as gone
    where gone.state = 'revoked'
      and gone.provision_type is distinct from 'deny'
      and coalesce(gone.kind, '') not in ('opt_out', 'restriction_522')
      -- Who signs again after revoking has changed their mind.
      and not exists (
          select 1
          from consented.consent_state as again
          where again.subject_id = gone.subject_id
            and again.kind = gone.kind
            and again.state = 'in_force'
            and again.signed_at > gone.revoked_at
      )
),
-- What a consent in force leaves out is a wish of its own: nobody gets it under any other clause either.
left_out as (
    select
        subject_id,
        'restricted' as reason,
        case when len(left_out_recipients) = 0 then [null] else left_out_recipients end as recipients,
        case when len(left_out_classes) = 0 then [null] else left_out_classes end as classes,
        from_night
    from consented.consent_state
    where state = 'in_force' and (len(left_out_recipients) > 0 or len(left_out_classes) > 0)
),
scoped as (
    select subject_id, reason, unnest(recipients) as recipient, classes, from_night
    from (from opted_out union all by name from revoked union all by name from left_out)
),
disclosure as (
    select subject_id, reason, null as operation, recipient, unnest(classes) as element_class, from_night from scoped
),
-- What was taken from the integrator may not even be compared.
comparison as (
    select subject_id, reason, 'link' as operation, recipient, null as element_class, from_night
    from scoped
    where reason = 'revoked' and (recipient is null or recipient = $integrator)
),
erased as (
    select
        erased_record.subject_id, erased_record.reason, null as operation, null as recipient, null as element_class,
        erased_record.from_night
    from consented.erased_record
    where erased_record.subject_id is not null
      and not exists (
          select 1
          from temp.consented_content as kept
          where kept.subject_id = erased_record.subject_id and not kept.is_erased and kept.record_type <> 'legal_event'
      )
)
select subject_id, reason, operation, recipient, element_class, min(from_night) as from_night
from (from disclosure union all by name from comparison union all by name from erased)
where subject_id is not null
group by all
order by all
