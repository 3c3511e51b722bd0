"""What every model card says in words: what a model is for, where it ends, and why people of some groups are missed more.

Belongs here: sentences that hold for every version made with this code. Does not belong here: any
figure (measured, and written beside).
"""

from __future__ import annotations

INTENDED_USE = (
    "Tells which identities of a county's jail, 911, co-responder and behavioural health records belong to one person, for care"
    " coordination and aggregate measures. Not for identifying an unknown person, and not for any decision about one person alone."
)
LIMITS = (
    "Trained and measured on simulated counties: in a real county accuracy is not known until a blind sample has been judged.",
    "The prior (share of matching pairs) belongs to a county of about the size it was trained on; a much larger one needs its own version.",
    "Records without a birth date and without any number, and records with a birth date but no name, attach to one person or stay alone.",
    "A record that gives nothing but a birth date and a sex is linked to nobody: several people share every birth date.",
    "A person with more records than the largest component of linkage.yaml is cut up and goes to review.",
    "Names in scripts other than Latin are spelled out letter by letter; two customs of doing so are two spellings.",
)
CAUSES: tuple[str, ...] = (
    (
        "Most missed pairs hold a 911 record that gives a birth date and no name. One such record of a person with forty records is"
        " forty missed pairs: whose it is decides a small group's recall in one county, and the order of the groups differs from county to"
        " county. The recall of records that give any name is therefore shown beside."
    ),
    (
        "What is left between groups follows their mix of systems (911 takes down least and worst) and a change of surname between records"
        " that share neither phone, address nor number."
    ),
    "The simulator gives every race group the same rates of error. A real county may not: there the blind sample by race decides.",
)
