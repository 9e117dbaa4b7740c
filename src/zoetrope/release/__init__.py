"""The one door: what leaves is screened, marked, labelled, signed, and can be verified."""
