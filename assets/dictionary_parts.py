"""Meanings that several measured tables share.

Belongs here: groups of columns that always come together. Does not belong here: any one table (dictionary_of_measures and its neighbours).
"""

from __future__ import annotations

from assets.meaning import plain

PEOPLE = plain("distinct people counted")
PERIOD = {
    "period_start": plain("first moment of the period, no earlier than the records of the system begin"),
    "period_end": plain("the as-of moment; the period ends just before it"),
}
BOUNDS = {
    "base_total": plain("the whole base, people whose records may not be looked up included; only of figures that cross systems"),
    "base_linkable": plain("the part of the base whose records may be looked up in the other system"),
}
WINDOW = {
    "window_start": plain("first moment of the definition's longest window"),
    "window_end": plain("the as-of moment; the window ends just before it"),
}
DEFINITION = {
    "definition_id": plain("short name of the definition"),
    "definition_version": plain("version of the definition; raised whenever its rule changes"),
    "reason": plain("why there is no figure; null where there is one"),
}
LARGEST = {
    "largest": plain("what the person with most of it contributes; for disclosure control, never published"),
    "second_largest": plain("what the person after that contributes; for disclosure control, never published"),
}
BENCHMARK = {
    "benchmark_source": plain("where the population figure comes from"),
    "benchmark_year": plain("year of the population figure"),
}
DECIDED = {
    "decided_by": plain("who decides at this point"),
    "discretion": plain("how free the decider is"),
    "policy_ref": plain("where the rule that binds the decider is written"),
}
ESTIMATE = {
    "events": plain("how often it happened"),
    "people": plain("people it happened to, each counted once"),
    "base": plain("what the rate is divided by: residents, people or events"),
    "base_people": plain("people behind the base"),
    "excluded_events": plain("events left out: not a resident, outside the ages, or residence or age unknown"),
    "ethnicity_unknown_people": plain("people whose race is known and whose ethnicity is not"),
    "rate": plain("rate of the group, per rate_per of the base"),
    "rate_per": plain("what the rate is per"),
    "rate_lower": plain("lower 95 % limit of the rate"),
    "rate_upper": plain("upper 95 % limit of the rate"),
    "rate_method": plain("how the limits were found"),
    "rate_ratio": plain("rate divided by the rate of the reference group"),
    "ratio_lower": plain("lower 95 % limit of the ratio"),
    "ratio_upper": plain("upper 95 % limit of the ratio"),
    "ratio_method": plain("how the limits were found"),
    "ratio_resampled_lower": plain("lower 95 % limit of the ratio from resampling people; only where people come back"),
    "ratio_resampled_upper": plain("upper 95 % limit of the ratio from resampling people; only where people come back"),
    "design_effect": plain("variance of the rate with people coming back, over the variance if every event were somebody else's"),
    "rate_difference": plain("rate minus the rate of the reference group, in the unit of the rate"),
    "difference_lower": plain("lower 95 % limit of the difference"),
    "difference_upper": plain("upper 95 % limit of the difference"),
    "difference_method": plain("how the limits were found"),
    "excess_events": plain("events beyond those that the reference group's rate would give"),
    "disproportionality_index": plain("share of the events divided by share of the base"),
    "disparity_index": plain("disproportionality index divided by that of the reference group"),
    "reference_group": plain("race group whose rate the others are divided by"),
    "base_kind": plain("population or previous_point"),
    "reason": plain("why a figure is not given; null where it is"),
}
TEST = {
    "p_value": plain("probability of a difference at least as large if there were none"),
    "test_method": plain("test that gave it: chi_squared, fisher_exact or wald_clustered"),
    "p_adjusted": plain("p-value adjusted for all tests of the table (Benjamini-Hochberg)"),
    "is_significant": plain("whether the adjusted p-value is below 0.05"),
}
AGAIN = {
    "stated_ratio": plain("ratio as the county's own tables state it"),
    "stated_is_significant": plain("whether the stated ratio differs from 1"),
    "sign_changes": plain("whether one of the two ratios is above 1 and the other below"),
    "significance_changes": plain("whether only one of the two differs from 1"),
    "conclusion_changes": plain("whether either changes: who reads the figure must know"),
}
STEPPING = {
    "measure": plain("which of the four measures"),
    "submeasure": plain("which part of it"),
    "breakdown": plain(
        "by what the figure is shown: ALL, race_group, sex, age_band, charge_level, arresting_agency, region, facility, booking_type"
    ),
    "category": plain("value of the breakdown; unknown where nobody wrote one"),
    "evidence": plain("bjmhs, screen, smi_dx_proxy, either, evidence_early, landmark, or ALL"),
    "smi_status": plain("what the evidence says: positive, negative, unknown, or ALL"),
    "numerator": plain("bookings, releases or days counted"),
    "denominator": plain("bookings, releases or days they are a part of"),
    "people": plain("people behind the numerator"),
    "base_people": plain("people behind the denominator"),
    "value": plain("the measure, in the unit beside it"),
    "unit": plain("unit of the value"),
    "reason": plain("why there is no figure; null where there is one"),
}
