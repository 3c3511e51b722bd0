-- What was decided about this source's delivery tonight?
select
    $night::date as night,
    $source::varchar as source,
    $sha256::varchar as sha256,
    $verdict::varchar as verdict,
    $rows::varchar as rows,
    $reason::varchar as reason,
    $complete_through::date as complete_through,
    $delivered_sha256_used::varchar as delivered_sha256_used
