-- What was taken away after the backup that this home was restored from, and has no delivery told again since?
-- Who signs again afterwards has changed their mind; every other deny of the list stays, whatever the restored deliveries say.
select kept.subject_id, kept.reason, kept.operation, kept.recipient, kept.element_class, least(kept.from_night, $night::date) as from_night
from registers.main.replayed_deny as kept
where not exists (
      select 1
      from consented.consent_state as again
      where again.subject_id = kept.subject_id and again.state = 'in_force' and again.signed_at::date > kept.from_night
        and kept.reason = 'revoked'
  )
  and not exists (
      select 1
      from consented.deny as told
      where told.subject_id = kept.subject_id
        and told.reason = kept.reason
        and told.operation is not distinct from kept.operation
        and told.recipient is not distinct from kept.recipient
        and told.element_class is not distinct from kept.element_class
  )
