"""What a column means in the tables that ask how far figures rest on uncertain links.

Belongs here: their columns. Does not belong here: any other measured table (dictionary_of_measures).
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.meaning import Meaning, plain

_FIGURE = {
    "figure_kind": plain("disparity or frequent_utilizers"),
    "figure_id": plain("decision point, or definition of frequent contact"),
    "reference_group": plain("race group whose rate the others are divided by"),
    "rate_ratio": plain("rate divided by the rate of the reference group"),
    "ratio_lower": plain("lower 95 % limit of the ratio"),
    "ratio_upper": plain("upper 95 % limit of the ratio"),
    "p_value": plain("probability of a difference at least as large if there were none"),
    "p_adjusted": plain("p-value adjusted for all tests of the same threshold, or of the imputation (Benjamini-Hochberg)"),
    "is_significant": plain("whether the adjusted p-value is below 0.05"),
    "stated_ratio": plain("ratio at the stored links"),
    "stated_is_significant": plain("whether the stated ratio differs from 1"),
    "sign_changes": plain("whether one of the two ratios is above 1 and the other below"),
    "significance_changes": plain("whether only one of the two differs from 1"),
    "conclusion_changes": plain("whether either changes: who reads the figure must know"),
    "reason": plain("why a figure is not given; null where it is"),
}

LINKS: Mapping[str, Mapping[str, Meaning]] = {
    "measured.link_threshold_sensitivity": {
        **_FIGURE,
        "threshold": plain("link threshold in bits"),
        "is_stored": plain("whether it is the one the persons of tonight rest on"),
        "events": plain("events, or people who meet the definition"),
        "people": plain("people behind them"),
        "base": plain("what the rate is divided by"),
        "rate": plain("rate of the group, per rate_per of the base"),
        "rate_per": plain("what the rate is per"),
    },
    "measured.link_imputation": {
        **_FIGURE,
        "imputations": plain("how often uncertain links were drawn"),
        "usable": plain("draws in which the ratio could be had"),
        "within_variance": plain("mean variance of the log ratio within a draw"),
        "between_variance": plain("variance of the log ratio between draws"),
        "missing_information": plain("share of the information that uncertain links take away, 0 to 1"),
        "freedom": plain("degrees of freedom of the limits (Rubin)"),
        "counted_mean": plain("mean over the draws of what is counted: events, people, or people who meet the definition"),
        "base_mean": plain("mean base over the draws"),
    },
    "measured.linkage_by_race": {
        "threshold": plain("link threshold in bits"),
        "is_stored": plain("whether it is the one the persons of tonight rest on"),
        "subjects": plain("subjects of the group's people"),
        "people": plain("people at this threshold"),
        "subjects_linked": plain("subjects that share a person with another subject"),
        "linkage_rate": plain("subjects linked, of all subjects that may be linked"),
        "people_across_systems": plain("people with subjects of at least two systems"),
        "persons_tonight": plain("tonight's persons of whom records may be linked"),
        "persons_linked": plain("of tonight's persons, those of whom two subjects still belong together at this threshold"),
        "persons_across": plain("of tonight's persons, those of whom subjects of two systems still belong together at this threshold"),
        "subjects_withheld": plain("subjects that may not be linked"),
        "links": plain("links that hold the people together, at this threshold"),
        "uncertain_links": plain("of those, links that are not certain"),
        "expected_false_links": plain("sum over links of the probability that they are wrong, as the model states it"),
        "expected_false_share": plain("expected false links, of links"),
        "expected_missed_links": plain("sum over pairs that are not linked of the probability that they should be, as the model states it"),
    },
}
"""``measured.table`` -> column -> meaning."""
