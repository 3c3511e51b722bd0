"""From a vendor's sample to a source of the county: profiling, proposing, writing the text, trying a file out.

Belongs here: what ``throughcare source`` does before a source is in use. Does not belong here: the nightly run, and any rule a row must
satisfy (contracts, assets.checked), which is applied here and not written a second time.
"""
